import type { Limb } from "./limb";
import { smoothMinimum } from "./smoothMinimum";

/** Returns the distance to a body after one more limb: flowing into it, or hollowed out of it. */
export function addLimb(limb: Limb, body: number, distance: number): number {
  if (limb.hollow) return -smoothMinimum(-body, distance, limb.blend);
  return smoothMinimum(body, distance, limb.blend);
}
