export type Vector3Tuple = readonly [x: number, y: number, z: number];

/** What a part of the body is made of. */
export type BodyZone = "skin" | "costume" | "hair";

/** A soft solid along a line: like turned on a lathe, then flattened. All in metres, in rest. */
export interface Limb {
  /** Index of the joint that carries it. */
  readonly joint: number;
  /** -1 right, 0 middle, 1 left. */
  readonly side: number;
  readonly from: Vector3Tuple;
  readonly to: Vector3Tuple;
  /** Radii from one end to the other, evenly spaced. */
  readonly radii: readonly number[];
  /** How wide, high and deep it is relative to round. */
  readonly shape: Vector3Tuple;
  /** How far its surface flows into that of its neighbours, metres. */
  readonly blend: number;
  readonly zone: BodyZone;
  /** Whether it is a hollow: taken away from the limbs before it. */
  readonly hollow: boolean;
}
