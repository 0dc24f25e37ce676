import type { Corners } from "./corners";

/** The whole screen. */
export const fullScreenCorners: Corners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
