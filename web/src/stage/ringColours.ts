import { emotionPalette } from "../body/emotionPalette";
import type { EmotionWeights } from "../protocol/messages";

/** Share of the ring over which one colour becomes the next. */
const SOFTNESS = 0.06;
/** Share of the costume's colour in that of the ring; the rest is the stage light's. */
const DEPTH = 0.65;

/**
 * Lays the colours of emotions around a ring, an arc for each by its share, without edges between.
 *
 * @param weights Of each emotion, in the order of the ring; one at least is above 0.
 * @param colours Is filled: red, green and blue of each place around the ring, linear.
 */
export function layColours(weights: EmotionWeights, colours: Float32Array): void {
  const arcs = arcsOf(weights);
  const places = colours.length / 3;
  for (let place = 0; place < places; place++) {
    const at = place / places;
    let [red, green, blue, sum] = [0, 0, 0, 0];
    for (const { middle, half, colour } of arcs) {
      const near = nearness(distanceAround(at, middle) - half);
      red += near * colour.r;
      green += near * colour.g;
      blue += near * colour.b;
      sum += near;
    }
    colours.set([red / sum, green / sum, blue / sum], 3 * place);
  }
}

function arcsOf(weights: EmotionWeights) {
  const present = Object.entries(weights).filter(([, weight]) => weight > 0);
  const total = present.reduce((sum, [, weight]) => sum + weight, 0);
  let begun = 0;
  return present.map(([label, weight]) => {
    const half = weight / total / 2;
    const middle = begun + half;
    begun += 2 * half;
    const { accent, light } = emotionPalette(label);
    return { middle, half, colour: accent.lerp(light, 1 - DEPTH) };
  });
}

/** How far two places around the ring are from each other, in shares of it. */
function distanceAround(one: number, other: number): number {
  const apart = Math.abs(one - other) % 1;
  return Math.min(apart, 1 - apart);
}

/** Falls from 1 within an arc to almost nothing outside of it. */
function nearness(outside: number): number {
  return 1 / (1 + Math.exp((8 * outside) / SOFTNESS));
}
