import type { PictureCorner, PictureCorners } from "./pictureCorners";

const SMALLEST_TURN = 1e-3;

/** Whether a picture can be drawn between corners: they go around clockwise, all bent outwards. */
export function isConvex(corners: PictureCorners): boolean {
  return corners.every((corner, i) => {
    const next = corners[(i + 1) % 4] as PictureCorner;
    const after = corners[(i + 2) % 4] as PictureCorner;
    const [ax, ay] = [next[0] - corner[0], next[1] - corner[1]];
    const [bx, by] = [after[0] - next[0], after[1] - next[1]];
    return ax * by - ay * bx > SMALLEST_TURN;
  });
}
