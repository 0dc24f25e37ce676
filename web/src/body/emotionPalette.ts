import { Color } from "three";

/** The colours of one emotion, or of a blend. */
export interface EmotionPalette {
  /** Colour of the costume and of the rim of light around the body. */
  readonly accent: Color;
  /** Colour of the light on the stage. */
  readonly light: Color;
}

/** Chosen by eye; a label that is not here gets a hue of its own. */
const CHOSEN: Readonly<Record<string, readonly [accent: string, light: string]>> = {
  neutral: ["#5d7480", "#d9e4ee"],
  happy: ["#f5a020", "#ffc27c"],
  sad: ["#3563b8", "#a9c1ff"],
  angry: ["#cf2a22", "#ff9a78"],
  proud: ["#7c3fc4", "#e6c3ff"],
  afraid: ["#2c9a86", "#c3f2e4"],
  tired: ["#80688f", "#dccfe6"],
  excited: ["#e8377f", "#ffb7d6"],
};

/** Returns the colours of an emotion label; the same label always has the same. */
export function emotionPalette(label: string): EmotionPalette {
  const chosen = Object.hasOwn(CHOSEN, label) ? CHOSEN[label] : undefined;
  if (chosen) return { accent: new Color(chosen[0]), light: new Color(chosen[1]) };
  const hue = hueOf(label);
  return {
    accent: new Color().setHSL(hue, 0.6, 0.48),
    light: new Color().setHSL(hue, 1, 0.86),
  };
}

function hueOf(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum / 360;
}
