import { Euler, Quaternion } from "three";
import type { Pose } from "../../src/motion/interpolatePose";
import type { SkeletonDescription } from "../../src/protocol/messages";

/** A pose anywhere on stage with every joint turned at random; seed 0 gives the rest pose. */
export function randomPose(
  { joints, rest_offsets: offsets }: SkeletonDescription,
  seed: number,
): Pose {
  const random = generator(seed);
  const angle = () => (seed === 0 ? 0 : (random() * 2 - 1) * 1.2);
  const turns = joints.map(() =>
    new Quaternion().setFromEuler(new Euler(angle(), angle(), angle())),
  );
  const [, height = 1] = offsets[0] ?? [];
  return {
    hips: Float32Array.of(angle(), height + angle() / 10, angle()),
    rotations: Float32Array.from(turns.flatMap((turn) => turn.toArray())),
  };
}

/** Numbers in [0, 1), the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
