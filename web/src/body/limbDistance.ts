import type { Limb } from "./limb";

/** Returns the distance from a point to a limb's surface, metres, negative inside; near it exact
 * where the limb is round, and about right where it is flattened. */
export function limbDistance(limb: Limb, x: number, y: number, z: number): number {
  const { from, to, shape, radii } = limb;
  const ax = (x - from[0]) / shape[0];
  const ay = (y - from[1]) / shape[1];
  const az = (z - from[2]) / shape[2];
  const bx = (to[0] - from[0]) / shape[0];
  const by = (to[1] - from[1]) / shape[1];
  const bz = (to[2] - from[2]) / shape[2];
  const length = bx * bx + by * by + bz * bz;
  const along = length > 0 ? (ax * bx + ay * by + az * bz) / length : 0;
  const t = Math.min(1, Math.max(0, along));
  const dx = ax - t * bx;
  const dy = ay - t * by;
  const dz = az - t * bz;
  const beside = Math.sqrt(dx * dx + dy * dy + dz * dz);
  return (beside - radiusAt(radii, t)) * Math.min(shape[0], shape[1], shape[2]);
}

/** Catmull-Rom through the radii, so that a limb has no kinks. */
function radiusAt(radii: readonly number[], t: number): number {
  const last = radii.length - 1;
  if (last === 0) return radii[0] ?? 0;
  const place = t * last;
  const i = Math.min(Math.floor(place), Math.max(0, last - 1));
  const u = place - i;
  const p1 = radii[i] ?? 0;
  const p2 = radii[i + 1] ?? p1;
  const p0 = radii[i - 1] ?? p1;
  const p3 = radii[i + 2] ?? p2;
  const slope = p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0));
  return p1 + 0.5 * u * slope;
}
