import type { SkeletonDescription } from "../protocol/messages";

/** Heights of the joints above the floor in rest, metres. */
export function restHeights({ parents, rest_offsets: offsets }: SkeletonDescription): number[] {
  const heights: number[] = [];
  offsets.forEach(([, y], joint) => {
    heights.push(y + (heights[parents[joint] ?? -1] ?? 0));
  });
  return heights;
}
