/** Name of the look of performers' own skeletons, beside the partners. */
export const performersLook = "ghost";
