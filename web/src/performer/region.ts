import type { ImagePoint, Landmarks } from "../protocol/encodeLandmarks";

/** How much larger a region is than the circle about a person, as on the server. */
const MARGIN = 1.25;
/** How much farther somebody reaches than the farthest point, of nose to ankles. */
const REACH = 1.15;
const SHOULDERS = [11, 12];
const HIPS = [23, 24];
/** Nose, eyes, ears, shoulders, elbows, wrists, hips, knees and ankles. */
const POINTS = [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28];

/** A square that stands upright with the person in it; picture heights from its middle. */
export interface Region {
  readonly centre: ImagePoint;
  readonly side: number;
  /** Radians by which the person leans to the right. */
  readonly angle: number;
}

/** Returns the region of somebody who was found. */
export function regionOf({ image }: Landmarks): Region {
  const hips = middle(image, HIPS);
  const shoulders = middle(image, SHOULDERS);
  const farthest = Math.max(...POINTS.map((i) => distance(image[i] as ImagePoint, hips)));
  const angle = Math.atan2(shoulders.x - hips.x, hips.y - shoulders.y);
  return { centre: hips, side: 2 * MARGIN * REACH * farthest, angle };
}

/** Returns how far two regions are apart, in sides of the larger. */
export function sidesApart(one: Region, other: Region): number {
  return distance(one.centre, other.centre) / Math.max(one.side, other.side);
}

export function distance(one: ImagePoint, other: ImagePoint): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

export function middle(points: readonly ImagePoint[], of: readonly number[]): ImagePoint {
  const some = of.map((i) => points[i] as ImagePoint);
  const mean = (axis: "x" | "y") => some.reduce((sum, p) => sum + p[axis], 0) / some.length;
  return { x: mean("x"), y: mean("y") };
}
