import type { Vector3Tuple } from "./limb";

/** A box along the axes, metres. */
export interface Box {
  readonly low: Vector3Tuple;
  readonly high: Vector3Tuple;
}

/** Tells whether a point lies in a box, at least so far from its faces, metres. */
export function isInBox({ low, high }: Box, point: Vector3Tuple, inset: number): boolean {
  return point.every((value, i) => value > (low[i] ?? 0) + inset && value < (high[i] ?? 0) - inset);
}
