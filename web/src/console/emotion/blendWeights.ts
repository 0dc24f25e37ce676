import type { EmotionWeights } from "../../protocol/messages";

/** Steps of a weight; finer than anybody sees. */
const STEPS = 1000;

/**
 * Makes weights of a blend; rounded down, so that their sum never is above the intensity.
 *
 * @param labels Labels of the emotions.
 * @param shares Shares of the blend, in the order of the labels.
 * @param intensity The sum of the weights, 0 to 1.5.
 */
export function blendWeights(
  labels: readonly string[],
  shares: readonly number[],
  intensity: number,
): EmotionWeights {
  const weights: Record<string, number> = {};
  labels.forEach((label, i) => {
    const weight = Math.floor((shares[i] ?? 0) * intensity * STEPS + 1e-6) / STEPS;
    if (weight > 0) weights[label] = weight;
  });
  return weights;
}
