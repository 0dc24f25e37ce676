import type { Limb } from "./limb";
import { limbDistance } from "./limbDistance";
import { smoothMinimum } from "./smoothMinimum";

/** Returns the distance from a point to the surface of the whole body, metres, negative inside. */
export function bodyDistance(limbs: readonly Limb[], x: number, y: number, z: number): number {
  let distance = 1;
  for (const limb of limbs) {
    distance = smoothMinimum(distance, limbDistance(limb, x, y, z), limb.blend);
  }
  return distance;
}
