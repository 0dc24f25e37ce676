import type { Pose } from "../src/motion/interpolatePose";
import type { SkeletonDescription } from "../src/protocol/messages";

/** Returns a pose in rest, to be written into. */
export function stillPose({ joints, rest_offsets }: SkeletonDescription): Pose {
  const rotations = new Float32Array(joints.length * 4);
  for (let w = 3; w < rotations.length; w += 4) rotations[w] = 1;
  return {
    hips: Float32Array.from(rest_offsets[0] ?? [0, 0, 0]),
    rotations,
  };
}
