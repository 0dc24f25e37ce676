import type { BufferGeometry } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import { bodyParts } from "./bodyParts";
import { buildBody } from "./buildBody";

/** Modelling takes a moment, and every figure on a stage has the same body. */
const surfaces = new Map<string, BufferGeometry>();

/** Returns the body's surface in rest, the same one for the same skeleton and spacing, metres. */
export function bodySurface(skeleton: SkeletonDescription, spacing: number): BufferGeometry {
  const key = JSON.stringify([skeleton, spacing]);
  const known = surfaces.get(key);
  if (known) return known;
  const surface = buildBody(bodyParts(skeleton), spacing);
  surfaces.set(key, surface);
  return surface;
}
