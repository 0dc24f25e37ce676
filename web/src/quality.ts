/** How much is drawn; low: for software rendering and weak machines. */
export type Quality = "low" | "medium" | "high";

/** Returns the highest tier of drawing that this machine may try; null without WebGL 2. */
export function bestQuality(): Quality | null {
  const context = document.createElement("canvas").getContext("webgl2");
  return context && (rendersInSoftware(context) ? "low" : "high");
}

/** Tells whether a browser draws on the CPU, where the full picture would be a slide show. */
export function rendersInSoftware(context: WebGL2RenderingContext): boolean {
  const details = context.getExtension("WEBGL_debug_renderer_info");
  const name = details ? context.getParameter(details.UNMASKED_RENDERER_WEBGL) : "";
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(name));
}
