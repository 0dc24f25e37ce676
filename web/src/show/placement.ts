import { Quaternion } from "three";
import { decay } from "../motion/decay";
import type { Pose } from "../motion/interpolatePose";
import type { Controls } from "../protocol/messages";

/**
 * Where the performer goes: which ways are turned about, and how far from the partner, metres; null
 * leaves them where they are.
 */
interface Arrangement {
  readonly turns: readonly [x: 1 | -1, z: 1 | -1];
  readonly from: readonly [x: number, z: number] | null;
}

type Arranged = Exclude<Controls["placement"], "alone"> | "shared";

const ARRANGEMENTS: Readonly<Record<Arranged, Arrangement>> = {
  beside: { turns: [1, 1], from: [1.3, 0] },
  mirror: { turns: [-1, 1], from: [1.3, 0] },
  // With the back to the audience, and a little aside: both are seen.
  facing: { turns: [-1, -1], from: [0.75, 1] },
  merged: { turns: [1, 1], from: [0, 0] },
  // In a duet both dance on one floor, and the partner keeps a distance there.
  shared: { turns: [1, 1], from: null },
};
/** How softly the performer keeps to the partner, seconds: steps of their own stay steps. */
const HALF_LIFE = 0.6;
const HALF_TURN = new Quaternion(0, 1, 0, 0);

/** Where the performer's own skeleton is shown, beside the partner. */
export class Placement implements Pose {
  readonly hips = new Float32Array(3);
  readonly rotations: Float32Array;
  private readonly turn = new Quaternion();
  /** What is between the performer's own place and where they are shown, metres. */
  private readonly shift: [x: number, z: number] = [Number.NaN, Number.NaN];
  /** For each joint the one on the other side, itself in the middle. */
  private readonly counterparts: readonly number[];

  constructor(
    private readonly placement: Controls["placement"],
    joints: readonly string[],
  ) {
    this.rotations = new Float32Array(joints.length * 4);
    this.counterparts = joints.map((joint) => joints.indexOf(otherSide(joint)));
  }

  /**
   * Returns a figure where it belongs, seen from the partner. Allocates nothing.
   *
   * @param seconds Since the last time.
   * @param mode Of the partner: in a duet the performer is shown where they are.
   */
  place(figure: Pose, partner: Pose, seconds: number, mode: Controls["mode"]): Pose {
    if (this.placement === "alone") return figure;
    const arranged = mode === "duet" && this.placement !== "merged" ? "shared" : this.placement;
    const { turns, from } = ARRANGEMENTS[arranged];
    const remaining = arranged === "merged" ? 0 : decay(HALF_LIFE, seconds);
    this.hips[1] = figure.hips[1] as number;
    for (const axis of [0, 1] as const) {
      const own = turns[axis] * (figure.hips[2 * axis] as number);
      const wanted = from ? (partner.hips[2 * axis] as number) + from[axis] - own : 0;
      const before = this.shift[axis];
      this.shift[axis] = Number.isNaN(before) ? wanted : wanted + (before - wanted) * remaining;
      this.hips[2 * axis] = own + this.shift[axis];
    }
    if (arranged === "mirror") this.mirror(figure.rotations);
    else this.rotations.set(figure.rotations);
    if (arranged === "facing") this.faceAbout();
    return this;
  }

  private faceAbout(): void {
    this.turn.fromArray(this.rotations).premultiply(HALF_TURN).toArray(this.rotations);
  }

  /** As in a mirror: what goes left goes right. */
  private mirror(rotations: Float32Array): void {
    for (let joint = 0; joint < this.counterparts.length; joint++) {
      const other = (this.counterparts[joint] as number) * 4;
      for (let i = 0; i < 4; i++) {
        const value = rotations[other + i] as number;
        this.rotations[joint * 4 + i] = i === 1 || i === 2 ? -value : value;
      }
    }
  }
}

function otherSide(joint: string): string {
  if (joint.startsWith("left")) return joint.replace("left", "right");
  return joint.replace("right", "left");
}
