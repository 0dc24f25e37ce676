import type { Color } from "three";
import type { EmotionPalette } from "./emotionPalette";

/**
 * Writes the mean of palettes, weighted by emotion, into a target.
 *
 * Blended as light is, in linear space. When no emotion weighs anything the target stays as it is.
 */
export function blendPalettes(
  palettes: readonly EmotionPalette[],
  weights: ArrayLike<number>,
  target: EmotionPalette,
): void {
  let sum = 0;
  for (let i = 0; i < palettes.length; i++) sum += weights[i] ?? 0;
  if (sum <= 0) return;
  target.accent.setRGB(0, 0, 0);
  target.light.setRGB(0, 0, 0);
  palettes.forEach((palette, i) => {
    const share = (weights[i] ?? 0) / sum;
    addScaled(target.accent, palette.accent, share);
    addScaled(target.light, palette.light, share);
  });
}

function addScaled(target: Color, color: Color, share: number): void {
  target.r += color.r * share;
  target.g += color.g * share;
  target.b += color.b * share;
}
