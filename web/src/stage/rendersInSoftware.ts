/** Tells whether a browser draws on the CPU, where the full picture would be a slide show. */
export function rendersInSoftware(context: WebGL2RenderingContext): boolean {
  const details = context.getExtension("WEBGL_debug_renderer_info");
  const name = details ? context.getParameter(details.UNMASKED_RENDERER_WEBGL) : "";
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(String(name));
}
