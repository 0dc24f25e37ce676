import type { Vector3 } from "three";

/** A bone of an avatar in its rest pose, metres, Y up, facing +Z. */
export interface RestBone {
  /** Joint of the VRM humanoid. */
  readonly joint: string;
  /** Index of the nearest bone above it; -1 for the first. */
  readonly parent: number;
  readonly position: Vector3;
}
