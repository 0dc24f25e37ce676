import type { FrameFigure } from "../protocol/decodeFrame";
import { Inertialiser } from "./inertialiser";
import { interpolatePose, type Pose } from "./interpolatePose";

/** A dancer as it is shown at this moment; the frame loop writes into one and the same. */
export class ShownFigure implements Pose {
  readonly kind: FrameFigure["kind"];
  readonly id: number;
  readonly hips = new Float32Array(3);
  readonly rotations: Float32Array;
  /** Feet on the floor, as in a frame's figure. */
  contacts = 0;
  /** The partner takes up its performer again. */
  takenUp = false;
  private readonly next: Pose;
  private readonly inertialiser: Inertialiser;

  constructor({ kind, id, rotations }: FrameFigure) {
    this.kind = kind;
    this.id = id;
    this.rotations = new Float32Array(rotations.length);
    this.next = { hips: new Float32Array(3), rotations: new Float32Array(rotations.length) };
    this.inertialiser = new Inertialiser(rotations.length / 4);
  }

  /** Whether this shows a dancer of a frame. */
  isOf(figure: FrameFigure): boolean {
    return (
      figure.kind === this.kind &&
      figure.id === this.id &&
      figure.rotations.length === this.rotations.length
    );
  }

  /**
   * Moves to a moment between two frames, without allocating.
   *
   * @param from The dancer in the frame before.
   * @param to In the frame after.
   * @param alpha Share of the way between them; above 1 goes on.
   * @param seconds Since the last move.
   */
  interpolate(from: FrameFigure, to: FrameFigure, alpha: number, seconds: number): void {
    interpolatePose(from, to, alpha, this.next);
    this.inertialiser.apply(this.next, seconds);
    this.hips.set(this.next.hips);
    this.rotations.set(this.next.rotations);
    const near = alpha < 1 ? from : to;
    this.contacts = near.contacts;
    this.takenUp = near.takenUp;
  }

  /** Goes on from what is shown now as if it were this moment between two frames. */
  cutTo(from: FrameFigure, to: FrameFigure, alpha: number): void {
    interpolatePose(from, to, alpha, this.next);
    this.inertialiser.bridge(this, this.next);
  }
}
