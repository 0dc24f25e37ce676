import { Color } from "three";
import { emotionColours } from "./emotionColours";

/** The colours of one emotion, or of a blend. */
export interface EmotionPalette {
  /** Colour of the costume and of the rim of light around the body. */
  readonly accent: Color;
  /** Colour of the light on the stage. */
  readonly light: Color;
}

/** Returns the colours of an emotion label; the same label always has the same. */
export function emotionPalette(label: string): EmotionPalette {
  const [accent, light] = emotionColours(label);
  return { accent: new Color(accent), light: new Color(light) };
}
