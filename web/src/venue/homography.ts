import type { PictureCorners } from "./pictureCorners";

/** The rows of a projective map of the plane, the last number 1 left out. */
export type Homography = readonly [number, number, number, number, number, number, number, number];

/**
 * Finds the projective map that takes the unit square onto four corners.
 *
 * (u, v) goes to (a u + b v + c, d u + e v + f) / (g u + h v + 1).
 *
 * References: P. Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3.
 */
export function homography([p, q, r, s]: PictureCorners): Homography {
  const [dx1, dy1] = [q[0] - r[0], q[1] - r[1]];
  const [dx2, dy2] = [s[0] - r[0], s[1] - r[1]];
  const [dx, dy] = [p[0] - q[0] + r[0] - s[0], p[1] - q[1] + r[1] - s[1]];
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (dx * dy2 - dx2 * dy) / area;
  const h = (dx1 * dy - dx * dy1) / area;
  return [
    q[0] - p[0] + g * q[0],
    s[0] - p[0] + h * s[0],
    p[0],
    q[1] - p[1] + g * q[1],
    s[1] - p[1] + h * s[1],
    p[1],
    g,
    h,
  ];
}
