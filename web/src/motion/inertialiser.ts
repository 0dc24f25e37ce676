import { Quaternion } from "three";
import type { Pose } from "./interpolatePose";

/** How long it takes to get from the one motion to the other, seconds. */
const BLEND = 0.5;

const a = new Quaternion();
const b = new Quaternion();

/**
 * Hides the cut between two motions: what lies between their poses at the cut is added to the new
 * motion, and fades.
 *
 * References: D. Bollo, "Inertialization: High-Performance Animation Transitions in Gears of War",
 * GDC 2018.
 */
export class Inertialiser {
  private readonly hips = new Float32Array(3);
  /** From the new pose to the old one, (x, y, z, w) joint after joint. */
  private readonly rotations: Float32Array;
  private age = BLEND;

  constructor(jointCount: number) {
    this.rotations = new Float32Array(jointCount * 4);
  }

  /** Notes what lies between the pose shown last and the first of the new motion. */
  bridge(shown: Pose, next: Pose): void {
    this.age = 0;
    for (let i = 0; i < 3; i++) this.hips[i] = (shown.hips[i] as number) - (next.hips[i] as number);
    for (let at = 0; at < this.rotations.length; at += 4) {
      b.fromArray(next.rotations, at).invert();
      a.fromArray(shown.rotations, at).multiply(b).toArray(this.rotations, at);
    }
  }

  /**
   * Adds to a pose of the new motion what is left of the difference, without allocating.
   *
   * @param seconds Since the last call.
   */
  apply(pose: Pose, seconds: number): void {
    if (this.age >= BLEND) return;
    this.age = Math.min(BLEND, this.age + seconds);
    const left = 1 - smoothstep(this.age / BLEND);
    for (let i = 0; i < 3; i++) {
      pose.hips[i] = (pose.hips[i] as number) + left * (this.hips[i] as number);
    }
    for (let at = 0; at < this.rotations.length; at += 4) {
      b.fromArray(this.rotations, at);
      a.identity().slerp(b, left);
      a.multiply(b.fromArray(pose.rotations, at)).toArray(pose.rotations, at);
    }
  }
}

function smoothstep(x: number): number {
  return x * x * (3 - 2 * x);
}
