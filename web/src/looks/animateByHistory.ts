import type { IUniform, Material } from "three";
import { historyShader } from "./historyShader";

type Uniforms = Readonly<Record<string, IUniform>>;

/**
 * Lets one of three.js's own materials draw a body where a `MotionHistory` says that it was.
 *
 * @param uniforms Uniforms of the history and of `move`.
 * @param declarations GLSL before `move`.
 * @param move GLSL that writes `dancedPlace` and `dancedNormal`, in the world.
 */
export function animateByHistory<M extends Material>(
  material: M,
  uniforms: Uniforms,
  declarations: string,
  move: string,
): M {
  const patchFragment = material.onBeforeCompile;
  material.onBeforeCompile = (shader, renderer) => {
    patchFragment.call(material, shader, renderer);
    Object.assign(shader.uniforms, uniforms);
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", `#include <common>\n${HEAD}\n${declarations}`)
      .replace("#include <uv_vertex>", `#include <uv_vertex>\n${move}`)
      .replace("#include <beginnormal_vertex>", "vec3 objectNormal = dancedNormal;")
      .replace("#include <begin_vertex>", "vec3 transformed = dancedPlace;");
  };
  material.customProgramCacheKey = () => material.type + declarations + move;
  return material;
}

const HEAD = `
attribute vec4 skinIndex;
attribute vec4 skinWeight;
vec3 dancedPlace;
vec3 dancedNormal;
${historyShader}
`;
