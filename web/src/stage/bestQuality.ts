import type { Quality } from "../quality";
import { rendersInSoftware } from "./rendersInSoftware";

/** Returns the highest tier of drawing that this machine may try; null without WebGL 2. */
export function bestQuality(): Quality | null {
  const context = document.createElement("canvas").getContext("webgl2");
  return context && (rendersInSoftware(context) ? "low" : "high");
}
