import type { Limb } from "./limb";

/** How far apart two limbs' surfaces may lie for both to pull at a point, metres. */
const SOFTNESS = 0.02;
const BONES = 4;

export interface SkinWeights {
  readonly joints: readonly number[];
  /** Sum to 1. */
  readonly weights: readonly number[];
}

/**
 * Tells which joints move a point of the skin: those of the limbs it lies on or close to.
 *
 * A limb of the other side never pulls, however close it is in rest.
 *
 * @param distances From the point to each limb, metres.
 */
export function skinWeights(limbs: readonly Limb[], distances: readonly number[]): SkinWeights {
  const nearest = indexOfLeast(distances);
  const side = limbs[nearest]?.side ?? 0;
  const pulls = new Map<number, number>();
  limbs.forEach((limb, i) => {
    if (limb.side * side < 0) return;
    const pull = Math.exp(((distances[nearest] ?? 0) - (distances[i] ?? 0)) / SOFTNESS);
    pulls.set(limb.joint, Math.max(pull, pulls.get(limb.joint) ?? 0));
  });
  const strongest = [...pulls].sort(([, a], [, b]) => b - a).slice(0, BONES);
  const sum = strongest.reduce((total, [, pull]) => total + pull, 0);
  const padding = Array<number>(BONES - strongest.length).fill(0);
  return {
    joints: [...strongest.map(([joint]) => joint), ...padding],
    weights: [...strongest.map(([, pull]) => pull / sum), ...padding],
  };
}

function indexOfLeast(values: readonly number[]): number {
  let least = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) < (values[least] ?? 0)) least = i;
  }
  return least;
}
