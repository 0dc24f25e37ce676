import { Color, MeshStandardMaterial } from "three";

export interface BodyMaterial {
  readonly material: MeshStandardMaterial;
  /** Colour of the costume; write into it. */
  readonly costume: Color;
  /** Colour of the light that grazes the outline; write into it. */
  readonly rim: Color;
}

const SKIN = "#e2d6c8";
const HAIR = "#17110f";

/** Skin, costume and hair by the geometry's `zone`, and a rim of light around the outline. */
export function bodyMaterial(): BodyMaterial {
  const costume = new Color("#888888");
  const rim = new Color("#ffffff");
  const material = new MeshStandardMaterial({ roughness: 0.52, metalness: 0 });
  material.onBeforeCompile = (shader) => {
    shader.uniforms.skinColor = { value: new Color(SKIN) };
    shader.uniforms.hairColor = { value: new Color(HAIR) };
    shader.uniforms.costumeColor = { value: costume };
    shader.uniforms.rimColor = { value: rim };
    shader.vertexShader = shader.vertexShader
      .replace("#include <common>", "#include <common>\nattribute vec2 zone;\nvarying vec2 vZone;")
      .replace("#include <begin_vertex>", "#include <begin_vertex>\nvZone = zone;");
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", `#include <common>\n${DECLARATIONS}`)
      .replace("#include <color_fragment>", COLOUR)
      .replace("#include <emissivemap_fragment>", RIM);
  };
  return { material, costume, rim };
}

const DECLARATIONS = `
varying vec2 vZone;
uniform vec3 skinColor;
uniform vec3 costumeColor;
uniform vec3 hairColor;
uniform vec3 rimColor;
`;

const COLOUR = `
diffuseColor.rgb = mix(skinColor, costumeColor, smoothstep(0.3, 0.7, vZone.x));
diffuseColor.rgb = mix(diffuseColor.rgb, hairColor, smoothstep(0.3, 0.7, vZone.y));
`;

const RIM = `
float grazing = 1.0 - saturate(dot(normal, normalize(vViewPosition)));
totalEmissiveRadiance += rimColor * pow(grazing, 3.5);
`;
