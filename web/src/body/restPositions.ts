import type { SkeletonDescription } from "../protocol/messages";
import type { Vector3Tuple } from "./limb";

/** Of a figure of 1.70 m, metres. */
const HIPS_HEIGHT = 0.95;

/** Returns where the joints are in rest, metres. */
export function restPositions({
  parents,
  rest_offsets: offsets,
}: SkeletonDescription): Vector3Tuple[] {
  const rest: Vector3Tuple[] = [];
  offsets.forEach(([x, y, z], joint) => {
    const [px, py, pz] = rest[parents[joint] ?? -1] ?? [0, 0, 0];
    rest.push([px + x, py + y, pz + z]);
  });
  return rest;
}

/** Returns the size of a skeleton relative to that of a figure of 1.70 m. */
export function figureScale(rest: readonly Vector3Tuple[]): number {
  return (rest[0]?.[1] ?? HIPS_HEIGHT) / HIPS_HEIGHT;
}
