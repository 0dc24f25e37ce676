import type { Pose } from "../src/motion/interpolatePose";
import type { SkeletonDescription } from "../src/protocol/messages";

/** A swing of a joint: amplitude and offset in radians, beats a cycle, phase in cycles. */
type Swing = readonly [joint: string, axis: 0 | 1 | 2, size: number, rest: number, phase: number];

const BEAT = 0.5;
const SWINGS: readonly Swing[] = [
  ["hips", 1, 0.35, 0, 0],
  ["spine", 2, 0.14, 0, 0.25],
  ["chest", 1, 0.3, 0, 0.5],
  ["head", 2, 0.16, 0, 0.1],
  ["leftUpperArm", 2, 0.8, 0.1, 0],
  ["rightUpperArm", 2, 0.8, -0.1, 0.5],
  ["leftLowerArm", 1, 0.5, -0.6, 0.2],
  ["rightLowerArm", 1, 0.5, 0.6, 0.7],
  ["leftUpperLeg", 0, 0.4, -0.3, 0],
  ["rightUpperLeg", 0, 0.4, -0.3, 0.5],
  ["leftLowerLeg", 0, 0.45, 0.45, 0],
  ["rightLowerLeg", 0, 0.45, 0.45, 0.5],
];
const LEFT_STANDS = 0b0011;
const RIGHT_STANDS = 0b1100;

/**
 * Writes a pose of a made-up dance into a target: steps on the beat, swinging arms, a wide circle.
 *
 * @returns Contacts, as in a frame.
 */
export function syntheticDance(
  { joints }: SkeletonDescription,
  seconds: number,
  target: Pose,
): number {
  const cycle = seconds / (4 * BEAT);
  target.hips[0] = 0.5 * Math.sin(0.9 * seconds);
  target.hips[1] = 0.9 + 0.03 * Math.sin(4 * Math.PI * cycle);
  target.hips[2] = 0.4 * Math.cos(0.9 * seconds);
  for (let at = 0; at < target.rotations.length; at++) target.rotations[at] = at % 4 === 3 ? 1 : 0;
  for (const [joint, axis, size, rest, phase] of SWINGS) {
    const at = joints.indexOf(joint) * 4;
    const half = (rest + size * Math.sin(2 * Math.PI * (cycle + phase))) / 2;
    target.rotations[at + axis] = Math.sin(half);
    target.rotations[at + 3] = Math.cos(half);
  }
  return Math.sin(2 * Math.PI * cycle) > 0 ? LEFT_STANDS : RIGHT_STANDS;
}
