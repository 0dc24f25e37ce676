import { Euler, Quaternion } from "three";
import type { Pose } from "../../src/motion/interpolatePose";
import type { SkeletonDescription } from "../../src/protocol/messages";
import { randomNumbers } from "./randomNumbers";

/** A pose anywhere on stage with every joint turned at random; seed 0 gives the rest pose. */
export function randomPose(
  { joints, rest_offsets: offsets }: SkeletonDescription,
  seed: number,
): Pose {
  const random = randomNumbers(seed);
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
