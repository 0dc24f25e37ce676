import type { PictureCorners } from "./pictureCorners";

/** The whole screen. */
export const fullScreenCorners: PictureCorners = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
