import type { EmotionPoint } from "../emotion/emotionPoint";

/** Above 2, so that many far labels do not outweigh the near ones; higher makes labels sticky. */
const POWER = 3;
/** Shares below it cannot be seen and only blur the picture. */
const LEAST = 0.005;

/**
 * Blends emotions by how near they are to a point: inverse distance weighting. At the place of an
 * emotion it alone is felt; between, shares change smoothly.
 *
 * D. Shepard, "A two-dimensional interpolation function for irregularly-spaced data", 1968.
 *
 * @param point On the pad.
 * @param places Places of the emotions; no two the same.
 * @returns Shares of the emotions, whose sum is 1.
 */
export function blendAtPoint(point: EmotionPoint, places: readonly EmotionPoint[]): number[] {
  const distances = places.map((place) =>
    Math.hypot(place.valence - point.valence, place.arousal - point.arousal),
  );
  const nearest = Math.min(...distances);
  // By the ratio of distances, since their inverses may overflow.
  const weights = distances.map((d) => (d === nearest ? 1 : (nearest / d) ** POWER));
  const total = sum(weights);
  const seen = weights.map((weight) => (weight / total < LEAST ? 0 : weight));
  const left = sum(seen);
  return seen.map((weight) => weight / left);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
