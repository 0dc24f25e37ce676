import { isConvex } from "./isConvex";
import type { PictureCorner, PictureCorners } from "./pictureCorners";

/** How far beyond the screen a corner may lie, in shares of it. */
const BEYOND = 1;
const FOUR = /^([^,]+),([^,]+),([^,]+),([^,]+),([^,]+),([^,]+),([^,]+),([^,]+)$/;

/** Reads eight numbers, x and y of each corner; null when no picture lies between them. */
export function parseCorners(text: string): PictureCorners | null {
  const numbers = FOUR.exec(text)?.slice(1).map(Number) ?? [];
  const at = (i: number): PictureCorner => [numbers[i] ?? Number.NaN, numbers[i + 1] ?? Number.NaN];
  const corners: PictureCorners = [at(0), at(2), at(4), at(6)];
  const inReach = corners.flat().every((share) => share >= -BEYOND && share <= 1 + BEYOND);
  return inReach && isConvex(corners) ? corners : null;
}
