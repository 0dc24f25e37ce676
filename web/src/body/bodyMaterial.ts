import { Color, MeshStandardMaterial, Vector4 } from "three";
import { FACE_PAINT } from "./facePaint";
import type { Figure } from "./figure";
import type { Vector3Tuple } from "./limb";

export interface BodyMaterial {
  readonly material: MeshStandardMaterial;
  /** Colour of the costume; write into it. */
  readonly costume: Color;
  /** Colour of the light that grazes the outline; write into it. */
  readonly rim: Color;
}

/** Where the head's joint is in rest, metres, and the figure's size relative to 1.70 m. */
export interface HeadPlace {
  readonly at: Vector3Tuple;
  readonly scale: number;
}

/** Skin, costume and hair by the geometry's `zone`, a face, and a rim of light around the outline. */
export function bodyMaterial(figure: Figure, head: HeadPlace): BodyMaterial {
  const costume = new Color("#888888");
  const rim = new Color("#ffffff");
  const material = new MeshStandardMaterial({ roughness: 0.52, metalness: 0 });
  material.onBeforeCompile = (shader) => {
    shader.uniforms.skinColor = { value: new Color(figure.skin) };
    shader.uniforms.hairColor = { value: new Color(figure.hairColour) };
    shader.uniforms.costumeColor = { value: costume };
    shader.uniforms.rimColor = { value: rim };
    shader.uniforms.facePaint = { value: figure.painted ? 1 : 0 };
    shader.uniforms.headPlace = { value: new Vector4(...head.at, head.scale) };
    shader.vertexShader = shader.vertexShader
      .replace(
        "#include <common>",
        "#include <common>\nattribute vec2 zone;\nvarying vec2 vZone;\nvarying vec3 vRest;",
      )
      .replace(
        "#include <begin_vertex>",
        "#include <begin_vertex>\nvZone = zone;\nvRest = position;",
      );
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", `#include <common>\n${DECLARATIONS}`)
      .replace("#include <color_fragment>", COLOUR)
      .replace("#include <emissivemap_fragment>", RIM);
  };
  return { material, costume, rim };
}

const DECLARATIONS = `
varying vec2 vZone;
varying vec3 vRest;
uniform vec3 skinColor;
uniform vec3 costumeColor;
uniform vec3 hairColor;
uniform vec3 rimColor;
${FACE_PAINT}
`;

const COLOUR = `
diffuseColor.rgb = mix(skinColor, costumeColor, smoothstep(0.3, 0.7, vZone.x) * neckline(vRest));
diffuseColor.rgb = mix(diffuseColor.rgb, hairColor, smoothstep(0.3, 0.7, vZone.y));
diffuseColor.rgb = paintFace(diffuseColor.rgb, vRest);
`;

const RIM = `
float grazing = 1.0 - saturate(dot(normal, normalize(vViewPosition)));
totalEmissiveRadiance += rimColor * pow(grazing, 3.5);
`;
