import { addLimb } from "./addLimb";
import type { Limb } from "./limb";
import { limbDistance } from "./limbDistance";

/** Returns the distance from a point to the surface of the whole body, metres, negative inside. */
export function bodyDistance(limbs: readonly Limb[], x: number, y: number, z: number): number {
  let distance = 1;
  for (const limb of limbs) {
    distance = addLimb(limb, distance, limbDistance(limb, x, y, z));
  }
  return distance;
}
