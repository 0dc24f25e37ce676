/** Name of the look of performers merged with a partner: of two bodies each would hide the other. */
export const mergedLook = "ghost";
