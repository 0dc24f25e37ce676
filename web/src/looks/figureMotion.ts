import { decay } from "../motion/decay";
import type { Pose } from "../motion/interpolatePose";
import type { SkeletonDescription } from "../protocol/messages";

const VELOCITY_HALF_LIFE = 0.04;
const FEET = ["leftFoot", "leftToes", "rightFoot", "rightToes"];
/** Footfalls remembered, and numbers of each: x, z, age in seconds, strength 0 to 1. */
const FOOTFALLS = 8;
const FOOTFALL_STRIDE = 4;
/** A foot that stands again this soon has not been lifted, seconds. */
const SETTLED = 0.25;
/** Speed of a foot that lands with full strength, m/s. */
const STAMP = 1.2;

/** How a figure moves: its pose in world space, its velocities and its steps. */
export class FigureMotion {
  /** World position of the hips, metres. */
  readonly hips = new Float32Array(3);
  /** Local rotations, (x, y, z, w) joint after joint. */
  readonly rotations: Float32Array;
  /** World rotations, like `rotations`. */
  readonly orientations: Float32Array;
  /** World positions, (x, y, z) joint after joint, metres. */
  readonly positions: Float32Array;
  /** Velocities of `positions`, smoothed, m/s. */
  readonly velocities: Float32Array;
  /** Bits: leftFoot, leftToes, rightFoot, rightToes. */
  contacts = 0;
  /** Whether the partner took up a performer again at this moment. */
  takenUp = false;
  /** Latest steps: (x, z, age in seconds, strength 0 to 1) each, in no order. */
  readonly footfalls = new Float32Array(FOOTFALLS * FOOTFALL_STRIDE);
  /** Joints that `contacts` speaks of; -1 for one that the skeleton lacks. */
  readonly feet: readonly number[];
  private readonly offsets: Float32Array;
  private readonly before: Float32Array;
  private readonly stoodAgo = new Float32Array(FEET.length);
  private footfall = 0;
  private started = false;

  constructor(readonly skeleton: SkeletonDescription) {
    const count = skeleton.joints.length;
    this.rotations = new Float32Array(count * 4);
    this.orientations = new Float32Array(count * 4);
    this.positions = new Float32Array(count * 3);
    this.velocities = new Float32Array(count * 3);
    this.before = new Float32Array(count * 3);
    this.offsets = Float32Array.from(skeleton.rest_offsets.flat());
    this.feet = FEET.map((foot) => skeleton.joints.indexOf(foot));
    for (let at = 2; at < this.footfalls.length; at += FOOTFALL_STRIDE) this.footfalls[at] = 1e3;
  }

  /**
   * Moves on to a pose. Allocates nothing.
   *
   * @param pose New pose of the skeleton.
   * @param contacts Bits of the joints that stand on the floor, as in `contacts`.
   * @param takenUp Whether the partner took up a performer again.
   * @param seconds Since the pose before.
   */
  update(pose: Pose, contacts: number, takenUp: boolean, seconds: number): void {
    this.hips.set(pose.hips);
    this.rotations.set(pose.rotations);
    this.takenUp = takenUp;
    this.before.set(this.positions);
    this.forwardKinematics();
    if (this.started && seconds > 0) this.measureVelocities(seconds);
    this.started = true;
    this.updateFootfalls(contacts, seconds);
  }

  /** Mean speed of the joints, m/s. */
  get speed(): number {
    let sum = 0;
    for (let at = 0; at < this.velocities.length; at += 3) {
      const [x, y, z] = [this.velocities[at], this.velocities[at + 1], this.velocities[at + 2]];
      sum += Math.hypot(x as number, y as number, z as number);
    }
    return (3 * sum) / this.velocities.length;
  }

  /** Forward kinematics; parents come first. */
  private forwardKinematics(): void {
    const { parents } = this.skeleton;
    this.positions.set(this.hips);
    this.orientations.set(this.rotations);
    for (let joint = 1; joint < parents.length; joint++) {
      const parent = parents[joint] as number;
      rotateVector(this.orientations, parent * 4, this.offsets, joint * 3, this.positions);
      multiplyQuaternions(
        this.orientations,
        parent * 4,
        this.rotations,
        joint * 4,
        this.orientations,
      );
      for (let i = 0; i < 3; i++) {
        (this.positions[joint * 3 + i] as number) += this.positions[parent * 3 + i] as number;
      }
    }
  }

  private measureVelocities(seconds: number): void {
    const share = 1 - decay(VELOCITY_HALF_LIFE, seconds);
    for (let i = 0; i < this.velocities.length; i++) {
      const moved = (this.positions[i] as number) - (this.before[i] as number);
      (this.velocities[i] as number) += (moved / seconds - (this.velocities[i] as number)) * share;
    }
  }

  private updateFootfalls(contacts: number, seconds: number): void {
    this.contacts = contacts;
    for (let at = 2; at < this.footfalls.length; at += FOOTFALL_STRIDE) {
      (this.footfalls[at] as number) += seconds;
    }
    for (let foot = 0; foot < FEET.length; foot++) {
      const stands = (contacts >> foot) & 1;
      const ago = (this.stoodAgo[foot] as number) + seconds;
      if (stands && ago > SETTLED) this.addFootfall(this.feet[foot] as number);
      this.stoodAgo[foot] = stands ? 0 : ago;
    }
  }

  private addFootfall(joint: number): void {
    if (joint < 0) return;
    const at = (this.footfall++ % FOOTFALLS) * FOOTFALL_STRIDE;
    this.footfalls[at] = this.positions[joint * 3] as number;
    this.footfalls[at + 1] = this.positions[joint * 3 + 2] as number;
    this.footfalls[at + 2] = 0;
    this.footfalls[at + 3] = Math.min(1, 0.25 + this.jointSpeed(joint) / STAMP);
  }

  /** Returns the world position of a joint, metres, or null when the skeleton lacks it. */
  jointPosition(joint: string): number[] | null {
    const at = this.skeleton.joints.indexOf(joint) * 3;
    return at < 0 ? null : [...this.positions.subarray(at, at + 3)];
  }

  /** Speed of a joint, m/s. */
  jointSpeed(joint: number): number {
    const at = joint * 3;
    const v = this.velocities;
    return Math.hypot(v[at] as number, v[at + 1] as number, v[at + 2] as number);
  }
}

/** Writes vector `at` of `vectors`, turned by a rotation, to the same place of `out`. */
function rotateVector(
  rotations: Float32Array,
  by: number,
  vectors: Float32Array,
  at: number,
  out: Float32Array,
): void {
  const qx = rotations[by] as number;
  const qy = rotations[by + 1] as number;
  const qz = rotations[by + 2] as number;
  const qw = rotations[by + 3] as number;
  const x = vectors[at] as number;
  const y = vectors[at + 1] as number;
  const z = vectors[at + 2] as number;
  const tx = 2 * (qy * z - qz * y);
  const ty = 2 * (qz * x - qx * z);
  const tz = 2 * (qx * y - qy * x);
  out[at] = x + qw * tx + qy * tz - qz * ty;
  out[at + 1] = y + qw * ty + qz * tx - qx * tz;
  out[at + 2] = z + qw * tz + qx * ty - qy * tx;
}

/** Writes the product of two rotations to the place of the second in `out`. */
function multiplyQuaternions(
  first: Float32Array,
  by: number,
  second: Float32Array,
  at: number,
  out: Float32Array,
): void {
  const ax = first[by] as number;
  const ay = first[by + 1] as number;
  const az = first[by + 2] as number;
  const aw = first[by + 3] as number;
  const bx = second[at] as number;
  const by_ = second[at + 1] as number;
  const bz = second[at + 2] as number;
  const bw = second[at + 3] as number;
  out[at] = aw * bx + ax * bw + ay * bz - az * by_;
  out[at + 1] = aw * by_ - ax * bz + ay * bw + az * bx;
  out[at + 2] = aw * bz + ax * by_ - ay * bx + az * bw;
  out[at + 3] = aw * bw - ax * bx - ay * by_ - az * bz;
}
