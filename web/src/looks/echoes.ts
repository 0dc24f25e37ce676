import {
  Color,
  DoubleSide,
  type Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  MeshDepthMaterial,
  MeshStandardMaterial,
  ShaderChunk,
  Vector2,
} from "three";
import { bodySurface } from "../body/bodySurface";
import { decay } from "../motion/decay";
import type { SkeletonDescription } from "../protocol/messages";
import type { Quality } from "../quality";
import { animateByHistory } from "./animateByHistory";
import type { Look, LookFactory } from "./look";
import { MotionHistory } from "./motionHistory";

const SPACING = 0.018;
const MOST: Readonly<Record<Quality, number>> = { low: 6, medium: 8, high: 10 };
/** The formation goes after the dancer this softly, seconds. */
const HALF_LIFE = 0.25;

/** A company that repeats the dancer, later and later, mirrored on either side. */
export const echoes: LookFactory = (skeleton) => {
  const history = new MotionHistory(skeleton);
  const uniforms = {
    ...history.uniforms,
    accent: { value: new Color() },
    glow: { value: new Color() },
    echoes: { value: 0 },
    delay: { value: 0 },
    spacing: { value: 0 },
    turbulence: { value: 0 },
    middle: { value: new Vector2() },
    rim: { value: 1 },
  };
  let most = MOST.high;
  let placed = false;
  const material = animateByHistory(porcelain(uniforms), uniforms, DECLARATIONS, MOVE);
  const shadow = animateByHistory(new MeshDepthMaterial(), uniforms, DECLARATIONS, MOVE);
  const mesh = new Mesh(dancers(skeleton), material);
  mesh.customDepthMaterial = shadow;
  mesh.castShadow = true;
  mesh.frustumCulled = false;
  return {
    object: mesh,
    room: "dark",
    luminous: false,
    update(motion, mood, seconds) {
      history.record(motion, seconds);
      const { behaviour, palette } = mood;
      const share = placed ? 1 - decay(HALF_LIFE, seconds) : 1;
      placed = true;
      const middle = uniforms.middle.value;
      middle.x += ((motion.hips[0] as number) - middle.x) * share;
      middle.y += ((motion.hips[2] as number) - middle.y) * share;
      uniforms.accent.value.copy(palette.accent);
      uniforms.glow.value.copy(palette.light);
      const count = Math.min(most, behaviour.echoes);
      uniforms.echoes.value = count;
      mesh.geometry.instanceCount = 1 + Math.ceil(count - 1e-3);
      uniforms.delay.value = behaviour.delay;
      uniforms.spacing.value = behaviour.distance * (1 - 0.12 * mood.pulse);
      uniforms.turbulence.value = behaviour.turbulence;
      uniforms.rim.value = 0.8 + mood.pulse;
    },
    setQuality(quality) {
      most = MOST[quality];
    },
    dispose() {
      mesh.geometry.dispose();
      material.dispose();
      shadow.dispose();
      history.dispose();
    },
  } satisfies Look;
};

function dancers(skeleton: SkeletonDescription): InstancedBufferGeometry {
  const body = bodySurface(skeleton, SPACING);
  const geometry = new InstancedBufferGeometry().setIndex(body.index);
  for (const name of ["position", "normal", "skinIndex", "skinWeight"]) {
    geometry.setAttribute(name, body.getAttribute(name) as Float32BufferAttribute);
  }
  const numbers = Float32Array.from({ length: MOST.high + 1 }, (_, number) => number);
  geometry.setAttribute("number", new InstancedBufferAttribute(numbers, 1));
  return geometry;
}

const DECLARATIONS = `
attribute float number;
uniform float echoes;
uniform float delay;
uniform float spacing;
uniform float turbulence;
uniform vec2 middle;
varying float rank;
`;

/** Number 0 dances in the middle; the others stand in pairs behind, the left ones mirrored. */
const MOVE = `
rank = ceil(number * 0.5);
float side = mod(number, 2.0) < 0.5 ? 1.0 : -1.0;
skinAt(position, normal, skinIndex, skinWeight, min(3.7, rank * delay), dancedPlace, dancedNormal);
if (number > 0.5) {
  vec2 waver = turbulence * 0.25 * vec2(sin(rank * 2.4), cos(rank * 3.1));
  vec2 spot = vec2(rank * spacing, -rank * spacing * 1.25) + waver;
  dancedPlace.x = middle.x + side * (dancedPlace.x - middle.x + spot.x);
  dancedPlace.z += spot.y;
  dancedNormal.x *= side;
  dancedPlace.y *= smoothstep(-1.0, 0.0, echoes - number);
}
`;

/** White bodies that take on the emotion's colour and sink into the dark, row by row. */
function porcelain(uniforms: Record<string, { value: unknown }>): MeshStandardMaterial {
  const material = new MeshStandardMaterial({
    color: "#e9e2d9",
    roughness: 0.46,
    side: DoubleSide,
  });
  material.onBeforeCompile = (shader) => {
    Object.assign(shader.uniforms, uniforms);
    shader.fragmentShader = shader.fragmentShader
      .replace(
        "#include <common>",
        "#include <common>\nvarying float rank;\nuniform vec3 accent;\nuniform vec3 glow;\nuniform float rim;",
      )
      .replace(
        "#include <color_fragment>",
        `float far = 1.0 - exp(-0.55 * rank);
        diffuseColor.rgb = mix(diffuseColor.rgb, accent, sqrt(far)) * (1.0 - 0.75 * far);`,
      )
      // Mirrored bodies show their other side; their normals are right already.
      .replace("#include <normal_fragment_begin>", UNFLIPPED_NORMAL)
      .replace(
        "#include <emissivemap_fragment>",
        `float grazing = 1.0 - saturate(dot(normal, normalize(vViewPosition)));
        totalEmissiveRadiance += mix(glow, accent, 0.3 + 0.7 * far) * rim * pow(grazing, 3.2);`,
      );
  };
  return material;
}

const UNFLIPPED_NORMAL = ShaderChunk.normal_fragment_begin.replace(
  "gl_FrontFacing ? 1.0 : - 1.0",
  "1.0",
);
