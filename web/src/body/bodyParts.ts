import type { SkeletonDescription } from "../protocol/messages";
import { armParts } from "./armParts";
import type { Box } from "./box";
import type { Figure } from "./figure";
import { headParts } from "./headParts";
import { legParts } from "./legParts";
import type { Limb, Vector3Tuple } from "./limb";
import type { Part, Place } from "./part";
import { figureScale, restPositions } from "./restPositions";
import { trunkParts } from "./trunkParts";

/** A figure on a skeleton. */
export interface BodyPlan {
  readonly limbs: readonly Limb[];
  /** Where small forms ask for a finer surface: head, hands and feet. */
  readonly details: readonly Box[];
}

/**
 * Models a figure on a skeleton.
 *
 * The parts follow the skeleton's joints and its size; a part whose joint the skeleton lacks is
 * left out.
 */
export function bodyParts(skeleton: SkeletonDescription, figure: Figure): BodyPlan {
  const places = new Places(skeleton);
  const [trunk, trunkSide] = trunkParts(figure);
  const [head, headSide] = headParts(figure);
  const side = [...trunkSide, ...armParts(figure), ...legParts(figure), ...headSide];
  return {
    limbs: [
      ...[...trunk, ...head].flatMap((part) => places.build(part, 0)),
      ...side.flatMap((part) => [...places.build(part, 1), ...places.build(part, -1)]),
    ],
    details: [
      ...places.box(["head", 0, 0.11, 0], [0.12, 0.14, 0.16], 0),
      ...[1, -1].flatMap((side) => [
        ...places.box(["Hand", 0.11, -0.01, 0.01], [0.11, 0.06, 0.08], side),
        ...places.box(["Toes", 0, 0, -0.03], [0.075, 0.055, 0.15], side),
      ]),
    ],
  };
}

/** Puts parts on a skeleton in rest. */
class Places {
  private readonly rest: Vector3Tuple[];
  private readonly scale: number;

  constructor(private readonly skeleton: SkeletonDescription) {
    this.rest = restPositions(skeleton);
    this.scale = figureScale(this.rest);
  }

  /** @returns The part's limb; none where a joint is missing. */
  build(part: Part, side: number): Limb[] {
    const from = this.place(part.from, side);
    const to = this.place(part.to ?? part.from, side);
    if (from.at < 0 || to.at < 0) return [];
    return [
      {
        joint: from.at,
        side,
        from: from.vector,
        to: to.vector,
        radii: part.radii.map((radius) => radius * this.scale),
        shape: part.shape ?? [1, 1, 1],
        blend: (part.blend ?? 0.02) * this.scale,
        zone: part.zone ?? "skin",
        hollow: part.hollow ?? false,
      },
    ];
  }

  /** @returns A box around a place, half as large as given in metres; none without the joint. */
  box(centre: Place, half: Vector3Tuple, side: number): Box[] {
    const { at, vector } = this.place(centre, side);
    const corner = (sign: number) =>
      vector.map((value, i) => value + sign * (half[i] ?? 0) * this.scale);
    return at < 0 ? [] : [{ low: asTuple(corner(-1)), high: asTuple(corner(1)) }];
  }

  private place([joint, x = 0, y = 0, z = 0]: Place, side: number) {
    const prefix = side < 0 ? "right" : "left";
    const at = this.skeleton.joints.findIndex((name) => name === joint || name === prefix + joint);
    const [rx, ry, rz] = this.rest[at] ?? [0, 0, 0];
    const offset = [side < 0 ? -x : x, y, z].map((value) => value * this.scale);
    return { at, vector: asTuple([rx, ry, rz].map((value, i) => value + (offset[i] ?? 0))) };
  }
}

function asTuple([x = 0, y = 0, z = 0]: readonly number[]): Vector3Tuple {
  return [x, y, z];
}
