import { BufferGeometry, Float32BufferAttribute, Uint16BufferAttribute } from "three";
import { bodyDistance } from "./bodyDistance";
import type { BodyPlan } from "./bodyParts";
import { type Box, isInBox } from "./box";
import type { BodyZone, Limb, Vector3Tuple } from "./limb";
import { limbDistance } from "./limbDistance";
import { bodyBox, limbBox, sampleBody } from "./sampleBody";
import { skinWeights } from "./skinWeights";
import { surfaceNets, type TriangleSurface } from "./surfaceNets";

/** How softly one material of the body passes into another, of the distance between vertices. */
const ZONE_SOFTNESS = 0.5;
/** Limbs farther off than this do not move a point of the surface, metres. */
const REACH = 0.09;
const STEP = 0.001;
/** How many times as fine the surface of details is. */
const FINENESS = 3;

/**
 * Models a smooth, skinned surface over all limbs; that of details overlaps the rest's by a cell.
 *
 * Has, beside the usual attributes, `zone`: the shares of costume and of hair, each 0 to 1.
 *
 * @param spacing Distance between vertices where there is no detail, metres.
 */
export function buildBody({ limbs, details }: BodyPlan, spacing: number): BufferGeometry {
  const body = new Skin(limbs);
  body.add(surfaceNets(sampleBody(limbs, bodyBox(limbs, 2 * spacing), spacing), details), spacing);
  const fine = spacing / FINENESS;
  for (const box of details) body.add(surfaceNets(sampleBody(limbs, box, fine)), fine);
  return body.geometry();
}

/** Collects surfaces of one body, with all that a vertex needs. */
class Skin {
  private readonly reaches: readonly Box[];
  private readonly positions: number[] = [];
  private readonly normals: number[] = [];
  private readonly joints: number[] = [];
  private readonly weights: number[] = [];
  private readonly zones: number[] = [];
  private readonly indices: number[] = [];

  constructor(private readonly limbs: readonly Limb[]) {
    this.reaches = limbs.map((limb) => limbBox(limb, REACH));
  }

  add(surface: TriangleSurface, spacing: number): void {
    const first = this.positions.length / 3;
    for (const index of surface.indices) this.indices.push(first + index);
    for (let at = 0; at < surface.positions.length; at += 3) {
      const [x = 0, y = 0, z = 0] = surface.positions.slice(at, at + 3);
      this.addVertex([x, y, z], spacing);
    }
  }

  geometry(): BufferGeometry {
    return new BufferGeometry()
      .setIndex(this.indices)
      .setAttribute("position", new Float32BufferAttribute(this.positions, 3))
      .setAttribute("normal", new Float32BufferAttribute(this.normals, 3))
      .setAttribute("skinIndex", new Uint16BufferAttribute(this.joints, 4))
      .setAttribute("skinWeight", new Float32BufferAttribute(this.weights, 4))
      .setAttribute("zone", new Float32BufferAttribute(this.zones, 2));
  }

  private addVertex(point: Vector3Tuple, spacing: number): void {
    const near = this.limbs.filter((_, i) => isInBox(this.reaches[i] as Box, point, 0));
    const { settled, normal } = settle(near, point, spacing);
    this.positions.push(...settled);
    this.normals.push(...normal);
    const solid = near.filter(({ hollow }) => !hollow);
    const distances = solid.map((limb) => limbDistance(limb, ...settled));
    const skin = skinWeights(solid, distances);
    this.joints.push(...skin.joints);
    this.weights.push(...skin.weights);
    this.zones.push(...zoneShares(solid, distances, ZONE_SOFTNESS * spacing));
  }
}

/** Moves a point onto the true surface, and finds the surface's direction there. */
function settle(limbs: readonly Limb[], [x, y, z]: Vector3Tuple, spacing: number) {
  const shaping = limbs.filter(
    (limb) => Math.abs(limbDistance(limb, x, y, z)) < limb.blend + 2 * spacing,
  );
  const here = bodyDistance(shaping, x, y, z);
  const dx = (bodyDistance(shaping, x + STEP, y, z) - here) / STEP;
  const dy = (bodyDistance(shaping, x, y + STEP, z) - here) / STEP;
  const dz = (bodyDistance(shaping, x, y, z + STEP) - here) / STEP;
  const steepness = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const normal = [dx / steepness, dy / steepness, dz / steepness] as const;
  const move = here / steepness;
  const settled = [x - move * normal[0], y - move * normal[1], z - move * normal[2]] as const;
  return { settled, normal };
}

function zoneShares(
  limbs: readonly Limb[],
  distances: readonly number[],
  softness: number,
): [number, number] {
  const nearest = Math.min(...distances);
  const shares: Record<BodyZone, number> = { skin: 0, costume: 0, hair: 0 };
  limbs.forEach((limb, i) => {
    shares[limb.zone] += Math.exp((nearest - (distances[i] ?? 0)) / softness);
  });
  const sum = shares.skin + shares.costume + shares.hair;
  return [shares.costume / sum, shares.hair / sum];
}
