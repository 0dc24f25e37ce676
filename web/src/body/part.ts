import type { BodyZone, Vector3Tuple } from "./limb";

/** Where on the body: a joint, and metres from it on a figure of 1.70 m (x outwards on a side). */
export type Place = readonly [joint: string, x?: number, y?: number, z?: number];

/** A limb before it is put on a skeleton; the joint of `from` carries it. */
export interface Part {
  readonly from: Place;
  readonly to?: Place;
  readonly radii: readonly number[];
  readonly shape?: Vector3Tuple;
  readonly blend?: number;
  readonly zone?: BodyZone;
  readonly hollow?: boolean;
}
