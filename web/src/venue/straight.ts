import type { Corners } from "./corners";

/** The whole screen. */
export const straight: Corners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
