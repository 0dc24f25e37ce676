import type { BufferGeometry } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import { bodyParts } from "./bodyParts";
import { buildBody } from "./buildBody";
import { type FigureName, figures } from "./figure";

/** Modelling takes a moment, and all figures of one kind on a stage have the same body. */
const surfaces = new Map<string, BufferGeometry>();

/** Returns the body's surface in rest, its vertices spread evenly; see `figureSurface`. */
export function bodySurface(skeleton: SkeletonDescription, spacing: number): BufferGeometry {
  return remembered(["even", spacing, skeleton], () => {
    const { limbs } = bodyParts(skeleton, figures.dancer);
    return buildBody({ limbs, details: [] }, spacing);
  });
}

/**
 * Returns a figure's surface in rest, finer at head, hands and feet.
 *
 * @param spacing Distance between vertices where there is no detail, metres; for the same
 *     arguments the surface is the same one.
 */
export function figureSurface(
  skeleton: SkeletonDescription,
  spacing: number,
  figure: FigureName,
): BufferGeometry {
  return remembered([figure, spacing, skeleton], () =>
    buildBody(bodyParts(skeleton, figures[figure]), spacing),
  );
}

function remembered(what: unknown, build: () => BufferGeometry): BufferGeometry {
  const key = JSON.stringify(what);
  const surface = surfaces.get(key) ?? build();
  surfaces.set(key, surface);
  return surface;
}
