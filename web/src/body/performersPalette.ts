import { Color } from "three";
import type { EmotionPalette } from "./emotionPalette";

/** Returns the colours of performers, whom no emotion colours: graphite, in white light. */
export function performersPalette(): EmotionPalette {
  return { accent: new Color("#33363c"), light: new Color("#ffffff") };
}
