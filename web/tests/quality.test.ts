import { expect, it } from "vitest";
import { rendersInSoftware } from "../src/quality";

function context(renderer: string | null): WebGL2RenderingContext {
  return {
    getExtension: () => (renderer === null ? null : { UNMASKED_RENDERER_WEBGL: 37446 }),
    getParameter: () => renderer,
  } as unknown as WebGL2RenderingContext;
}

it.each([
  ["ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)", true],
  ["llvmpipe (LLVM 15.0.6, 256 bits)", true],
  ["ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11 vs_5_0 ps_5_0)", true],
  ["ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0)", false],
  ["Mali-G78", false],
  [null, false],
])("%s: %s", (renderer, software) => {
  expect(rendersInSoftware(context(renderer))).toBe(software);
});
