import type { Vector3 } from "three";

/** A place on a foot in rest, metres, and the index of the bone that carries it. */
export interface SolePoint {
  readonly bone: number;
  readonly position: Vector3;
}
