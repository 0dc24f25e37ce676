import {
  AdditiveBlending,
  BufferGeometry,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshDepthMaterial,
  MeshStandardMaterial,
  ShaderMaterial,
} from "three";
import { bodySurface } from "../body/bodySurface";
import type { SkeletonDescription } from "../protocol/messages";
import { animateByHistory } from "./animateByHistory";
import { historyShader } from "./historyShader";
import type { Look, LookFactory } from "./look";
import { MoodUniforms } from "./moodUniforms";
import { MotionHistory } from "./motionHistory";
import { swirlShader } from "./swirlShader";

const SPACING = 0.014;
/** Along a veil, and across. */
const LENGTHS = 110;
const WIDTHS = 4;
/** Limbs that carry a veil: from a joint to a joint, beyond which it reaches by a share. */
const CARRIERS = [
  ["leftLowerArm", "leftHand", 1.75],
  ["rightLowerArm", "rightHand", 1.75],
  ["leftLowerLeg", "leftFoot", 1.1],
  ["rightLowerLeg", "rightFoot", 1.1],
  ["chest", "neck", 1],
] as const;

/** Veils of silk that hands, feet and nape draw through the air, around a body in the dark. */
export const ribbons: LookFactory = (skeleton) => {
  const history = new MotionHistory(skeleton);
  const shaded = new MoodUniforms();
  const uniforms = {
    ...history.uniforms,
    ...shaded.uniforms,
    brightness: { value: 1 },
    time: { value: 0 },
  };
  const body = darkBody(skeleton, uniforms);
  const veils = new Mesh(veilGeometry(skeleton), veilMaterial(uniforms));
  veils.frustumCulled = false;
  return {
    object: new Group().add(body.mesh, veils),
    room: "dark",
    luminous: false,
    update(motion, mood, seconds) {
      history.record(motion, seconds);
      shaded.update(mood);
      body.mesh.material.color.copy(mood.palette.accent).multiplyScalar(0.1);
      uniforms.memory.value = Math.min(MotionHistory.LENGTH, mood.behaviour.memory);
      uniforms.brightness.value = 1 + mood.pulse;
      uniforms.time.value = (uniforms.time.value + seconds * mood.energy) % 1e3;
    },
    setQuality() {},
    dispose() {
      veils.geometry.dispose();
      veils.material.dispose();
      body.dispose();
      history.dispose();
    },
  } satisfies Look;
};

type Uniforms = ShaderMaterial["uniforms"];

function darkBody(skeleton: SkeletonDescription, uniforms: Uniforms) {
  const material = new MeshStandardMaterial({ roughness: 0.34, metalness: 0.1 });
  material.onBeforeCompile = (shader) => {
    shader.fragmentShader = shader.fragmentShader
      .replace("#include <common>", "#include <common>\nuniform vec3 accent;\nuniform vec3 glow;")
      .replace(
        "#include <emissivemap_fragment>",
        `float grazing = 1.0 - saturate(dot(normal, normalize(vViewPosition)));
        totalEmissiveRadiance += mix(accent, glow, 0.4) * 0.7 * pow(grazing, 3.0);`,
      );
  };
  const move = "skinAt(position, normal, skinIndex, skinWeight, 0.0, dancedPlace, dancedNormal);";
  const mesh = new Mesh(
    bodySurface(skeleton, SPACING),
    animateByHistory(material, uniforms, "", move),
  );
  const shadow = animateByHistory(new MeshDepthMaterial(), uniforms, "", move);
  mesh.customDepthMaterial = shadow;
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  mesh.frustumCulled = false;
  return {
    mesh,
    dispose() {
      material.dispose();
      shadow.dispose();
    },
  };
}

function veilGeometry({ joints }: SkeletonDescription): BufferGeometry {
  const ends: number[] = [];
  const places: number[] = [];
  const indices: number[] = [];
  for (const [from, to, reach] of CARRIERS) {
    const first = places.length / 3;
    const pair = [joints.indexOf(from), joints.indexOf(to)];
    if (pair.includes(-1)) continue;
    for (let along = 0; along <= LENGTHS; along++) {
      for (let across = 0; across <= WIDTHS; across++) {
        places.push(along / LENGTHS, across / WIDTHS, reach);
        ends.push(...pair);
        if (along === LENGTHS || across === WIDTHS) continue;
        const at = first + along * (WIDTHS + 1) + across;
        const next = at + WIDTHS + 1;
        indices.push(at, next, at + 1, at + 1, next, next + 1);
      }
    }
  }
  return new BufferGeometry()
    .setIndex(indices)
    .setAttribute("position", new Float32BufferAttribute(places, 3))
    .setAttribute("ends", new Float32BufferAttribute(ends, 2));
}

function veilMaterial(uniforms: Uniforms): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      attribute vec2 ends;
      ${historyShader}
      ${swirlShader}
      uniform float memory;
      uniform float turbulence;
      uniform float rise;
      uniform float weight;
      uniform float time;
      varying vec3 seen;
      varying vec2 cloth;
      varying float flown;
      vec3 carried(float across, float age) {
        vec3 from = limbAt(int(ends.x), vec3(0.0), age);
        vec3 to = limbAt(int(ends.y), vec3(0.0), age);
        vec3 way = (to - from) * position.z;
        float narrowed = mix(1.0, 0.45, age / memory) * mix(0.7, 1.15, weight * 0.5);
        return from + way * (1.0 - (1.0 - across) * narrowed);
      }
      void main() {
        float age = memory * position.x * (0.35 + 0.65 * position.x);
        vec3 place = carried(position.y, age);
        flown = distance(place, carried(position.y, age + 0.05)) / 0.05;
        vec3 flutter = swirl(place * 2.2 + vec3(0.0, -0.6 * time, age));
        place += flutter * turbulence * age * 0.7 + vec3(0.0, rise * age, 0.0);
        place.y = max(place.y, 0.01);
        cloth = vec2(age / memory, position.y);
        vec4 view = viewMatrix * vec4(place, 1.0);
        seen = view.xyz;
        gl_Position = projectionMatrix * view;
      }`,
    fragmentShader: `
      uniform vec3 accent;
      uniform vec3 glow;
      uniform float weight;
      uniform float roughness;
      uniform float stir;
      uniform float brightness;
      varying vec3 seen;
      varying vec2 cloth;
      varying float flown;
      void main() {
        vec3 facing = normalize(cross(dFdx(seen), dFdy(seen)));
        float grazing = 1.0 - abs(dot(facing, normalize(seen)));
        float thread = cloth.y * mix(6.0, 14.0, roughness);
        float threads = smoothstep(roughness * 0.8, 1.0, 0.5 + 0.5 * cos(6.2832 * thread));
        // Threads finer than the picture's pixels blend into cloth.
        threads = mix(0.4, mix(1.0, 0.55, smoothstep(0.15, 0.5, fwidth(thread))), threads);
        float hem = smoothstep(0.0, 0.03, cloth.y) * smoothstep(1.0, 0.96, cloth.y);
        float edge = 1.0 + 1.6 * smoothstep(0.93, 0.97, cloth.y);
        float left = (1.0 - cloth.x) * smoothstep(0.0, 0.03, cloth.x);
        float air = smoothstep(0.1 * stir, 0.8 * stir, flown);
        vec3 colour = mix(accent, glow, 0.15 + 0.7 * grazing * left);
        float sheen = 0.2 + 0.6 * grazing * grazing;
        gl_FragColor = vec4(colour * sheen * threads * edge * hem * left * air * sqrt(weight) * brightness, 1.0);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    side: DoubleSide,
    blending: AdditiveBlending,
    depthWrite: false,
    transparent: true,
  });
}
