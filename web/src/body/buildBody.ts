import { BufferGeometry, Float32BufferAttribute, Uint16BufferAttribute } from "three";
import { bodyDistance } from "./bodyDistance";
import type { BodyZone, Limb } from "./limb";
import { limbDistance } from "./limbDistance";
import { sampleBody } from "./sampleBody";
import { skinWeights } from "./skinWeights";
import { surfaceNets } from "./surfaceNets";

/** How softly one material of the body passes into another, metres. */
const ZONE_SOFTNESS = 0.005;
/** Limbs farther off than this neither shape a point of the surface nor move it, metres. */
const REACH = 0.12;
const STEP = 0.001;

/**
 * Models one smooth, skinned surface over all limbs.
 *
 * Has, beside the usual attributes, `zone`: the shares of costume and of hair, each 0 to 1.
 *
 * @param spacing Distance between vertices, metres: the detail.
 */
export function buildBody(limbs: readonly Limb[], spacing: number): BufferGeometry {
  const { positions, indices } = surfaceNets(sampleBody(limbs, spacing));
  const normals: number[] = [];
  const joints: number[] = [];
  const weights: number[] = [];
  const zones: number[] = [];
  for (let at = 0; at < positions.length; at += 3) {
    const near = limbs.filter((limb) => distanceTo(limb, positions, at) < REACH);
    normals.push(...settle(near, positions, at));
    const distances = near.map((limb) => distanceTo(limb, positions, at));
    const skin = skinWeights(near, distances);
    joints.push(...skin.joints);
    weights.push(...skin.weights);
    zones.push(...zoneShares(near, distances));
  }
  return new BufferGeometry()
    .setIndex(indices)
    .setAttribute("position", new Float32BufferAttribute(positions, 3))
    .setAttribute("normal", new Float32BufferAttribute(normals, 3))
    .setAttribute("skinIndex", new Uint16BufferAttribute(joints, 4))
    .setAttribute("skinWeight", new Float32BufferAttribute(weights, 4))
    .setAttribute("zone", new Float32BufferAttribute(zones, 2));
}

function distanceTo(limb: Limb, positions: readonly number[], at: number): number {
  return limbDistance(limb, positions[at] ?? 0, positions[at + 1] ?? 0, positions[at + 2] ?? 0);
}

/** Moves a vertex onto the true surface and returns the surface's direction there. */
function settle(limbs: readonly Limb[], positions: number[], at: number): number[] {
  const [x = 0, y = 0, z = 0] = positions.slice(at, at + 3);
  const here = bodyDistance(limbs, x, y, z);
  const slope = [
    (bodyDistance(limbs, x + STEP, y, z) - here) / STEP,
    (bodyDistance(limbs, x, y + STEP, z) - here) / STEP,
    (bodyDistance(limbs, x, y, z + STEP) - here) / STEP,
  ];
  const steepness = Math.hypot(...slope);
  return slope.map((value, i) => {
    const direction = value / steepness;
    positions[at + i] = (positions[at + i] ?? 0) - (here / steepness) * direction;
    return direction;
  });
}

function zoneShares(limbs: readonly Limb[], distances: readonly number[]): [number, number] {
  const nearest = Math.min(...distances);
  const shares: Record<BodyZone, number> = { skin: 0, costume: 0, hair: 0 };
  limbs.forEach((limb, i) => {
    shares[limb.zone] += Math.exp((nearest - (distances[i] ?? 0)) / ZONE_SOFTNESS);
  });
  const sum = shares.skin + shares.costume + shares.hair;
  return [shares.costume / sum, shares.hair / sum];
}
