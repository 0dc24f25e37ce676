import { Quaternion } from "three";
import type { Pose } from "./motion/interpolatePose";
import type { Controls } from "./protocol/messages";

/** Metres between two who dance side by side, or face to face. */
const APART = 1.3;
const HALF_TURN = new Quaternion(0, 1, 0, 0);

/** Where the performer's own skeleton is shown, beside the partner. */
export class Placement implements Pose {
  readonly hips = new Float32Array(3);
  readonly rotations: Float32Array;
  private readonly turn = new Quaternion();
  /** For each joint the one on the other side, itself in the middle. */
  private readonly counterparts: readonly number[];

  constructor(
    private readonly placement: Controls["placement"],
    joints: readonly string[],
  ) {
    this.rotations = new Float32Array(joints.length * 4);
    this.counterparts = joints.map((joint) => joints.indexOf(otherSide(joint)));
  }

  /** Returns a figure where it belongs, seen from the partner. Allocates nothing. */
  place(figure: Pose, partner: Pose): Pose {
    if (this.placement === "alone") return figure;
    this.rotations.set(figure.rotations);
    const [x = 0, y = 0, z = 0] = figure.hips;
    const [middle = 0, , depth = 0] = partner.hips;
    if (this.placement === "beside") this.hips.set([x + APART, y, z]);
    else if (this.placement === "merged") this.hips.set([middle, y, depth]);
    else if (this.placement === "facing") this.face(x, y, z);
    else this.mirror(x, y, z, figure.rotations);
    return this;
  }

  /** Opposite the middle of the stage, with the back to the audience. */
  private face(x: number, y: number, z: number): void {
    this.hips.set([-x, y, APART - z]);
    this.turn.fromArray(this.rotations).premultiply(HALF_TURN).toArray(this.rotations);
  }

  /** As in a mirror beside the partner: what goes left goes right. */
  private mirror(x: number, y: number, z: number, rotations: Float32Array): void {
    this.hips.set([APART - x, y, z]);
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
