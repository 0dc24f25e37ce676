import {
  Color,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  NormalBlending,
  PlaneGeometry,
  ShaderMaterial,
  Vector4,
} from "three";
import { decay } from "../motion/decay";
import type { Quality } from "../quality";
import { brushStrokes } from "./brushStrokes";
import { historyShader } from "./historyShader";
import type { Look, LookFactory } from "./look";
import { MoodUniforms } from "./moodUniforms";
import { MotionHistory } from "./motionHistory";
import { noiseShader } from "./noiseShader";
import { Particles } from "./particles";

/** Along a stroke. */
const SEGMENTS = 36;
/** Anchors of a stroke. */
const ANCHORS = 5;
/** Washes that follow the strokes, palest first. */
const WASHES = 7;
/** Colour of the brush; beside figures that need the dark it paints with chalk. */
const INK = "#1d1b1e";
const CHALK = "#e4ddd0";
const DROPS = 2600;
const DROPS_SHARE: Readonly<Record<Quality, number>> = { low: 0.4, medium: 0.7, high: 1 };
/** The sun goes after the dancer this softly, seconds. */
const SUN_HALF_LIFE = 0.5;
const SUN_HEIGHT = 1.32;
const SUN_DISTANCE = 1.6;

/** A brush drawing on paper: strokes along the limbs, washes where they were, drops they throw. */
export const ink: LookFactory = (skeleton) => {
  const history = new MotionHistory(skeleton);
  const painted = brushStrokes(skeleton);
  const shaded = new MoodUniforms();
  const uniforms = {
    ...history.uniforms,
    ...shaded.uniforms,
    anchors: { value: painted.anchors.map((anchor) => new Vector4(...anchor)) },
    joints: { value: painted.joints },
    pigment: { value: new Color(INK) },
  };
  const brush = new Mesh(strokeGeometry(painted.count), strokeMaterial(uniforms, painted.count));
  const sun = new Mesh(new PlaneGeometry(1, 1), sunMaterial(uniforms));
  const drops = new Particles(skeleton, DROPS, {
    settled: 0,
    size: 0.019,
    shedding: [1.8, 5],
    trickle: 0,
    blending: NormalBlending,
    shade: `
      vec4 shade(float left, float speed, float grazing, float off) {
        float alpha = (1.0 - smoothstep(0.7, 1.0, off)) * smoothstep(0.0, 0.3, left) * 0.85;
        return vec4(vec3(0.011) * alpha, alpha);
      }`,
  });
  sun.renderOrder = -1;
  drops.object.renderOrder = 2;
  for (const mesh of [brush, sun]) mesh.frustumCulled = false;
  let placed = false;
  return {
    object: new Group().add(sun, brush, drops.object),
    room: "paper",
    luminous: false,
    update(motion, mood, seconds) {
      history.record(motion, seconds);
      drops.update(motion, mood, seconds);
      const { weight } = mood.behaviour;
      const share = placed ? 1 - decay(SUN_HALF_LIFE, seconds) : 1;
      placed = true;
      sun.position.x += ((motion.hips[0] as number) - sun.position.x) * share;
      sun.position.y = SUN_HEIGHT;
      sun.position.z += ((motion.hips[2] as number) - SUN_DISTANCE - sun.position.z) * share;
      sun.scale.setScalar(1.75 + 0.35 * weight + 0.08 * mood.pulse);
      shaded.update(mood);
      uniforms.weight.value = weight * (1 + 0.12 * mood.pulse);
    },
    enterRoom(room) {
      uniforms.pigment.value.set(room === "paper" ? INK : CHALK);
      drops.object.visible = room === "paper";
    },
    setQuality: (quality) => drops.thin(DROPS_SHARE[quality]),
    dispose() {
      for (const mesh of [brush, sun]) {
        mesh.geometry.dispose();
        mesh.material.dispose();
      }
      drops.dispose();
      history.dispose();
    },
  } satisfies Look;
};

type Uniforms = ShaderMaterial["uniforms"];

/** Strips of (along, across -1 to 1, stroke); instances are washes, the last is the stroke itself. */
function strokeGeometry(count: number): InstancedBufferGeometry {
  const places: number[] = [];
  const indices: number[] = [];
  for (let stroke = 0; stroke < count; stroke++) {
    for (let along = 0; along <= SEGMENTS; along++) {
      const at = places.length / 3;
      places.push(along / SEGMENTS, -1, stroke, along / SEGMENTS, 1, stroke);
      if (along < SEGMENTS) indices.push(at, at + 1, at + 2, at + 2, at + 1, at + 3);
    }
  }
  const ages = Float32Array.from({ length: WASHES + 1 }, (_, wash) => 1 - wash / WASHES);
  const geometry = new InstancedBufferGeometry()
    .setIndex(indices)
    .setAttribute("position", new Float32BufferAttribute(places, 3));
  geometry.setAttribute("faded", new InstancedBufferAttribute(ages, 1));
  geometry.instanceCount = ages.length;
  return geometry;
}

function strokeMaterial(uniforms: Uniforms, count: number): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      attribute float faded;
      uniform vec4 anchors[${count * ANCHORS}];
      uniform float joints[${count * ANCHORS}];
      uniform float memory;
      uniform float turbulence;
      uniform float rise;
      uniform float weight;
      varying vec2 brush;
      varying float cap;
      varying float seed;
      varying float wash;
      varying float speed;
      ${historyShader}

      vec4 anchorAt(int at, float age) {
        return vec4(limbAt(int(joints[at]), anchors[at].xyz, age), anchors[at].w);
      }

      /** Place on a smooth curve through a stroke's anchors, and radius there. */
      vec4 curveAt(int stroke, float along, float age) {
        float s = clamp(along, 0.0, 1.0) * 4.0;
        int i = int(min(floor(s), 3.0));
        float t = s - float(i);
        int first = stroke * ${ANCHORS};
        vec4 b = anchorAt(first + i, age);
        vec4 c = anchorAt(first + i + 1, age);
        vec4 a = i > 0 ? anchorAt(first + i - 1, age) : b;
        vec4 d = i < 3 ? anchorAt(first + i + 2, age) : c;
        return b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)));
      }

      void main() {
        int stroke = int(position.z);
        // The first and the last two rows make the round ends.
        float inner = (position.x - 0.06) / 0.88;
        float over = inner < 0.0 ? inner / 0.06 : max(0.0, (inner - 1.0) / 0.06) ;
        float along = clamp(inner, 0.0, 1.0);
        float age = faded * min(3.4, memory * 0.55);
        // A brush follows its hand: the end of a stroke lags a little.
        float lag = age + 0.035 * along * along;
        vec4 here = curveAt(stroke, along, lag);
        vec4 next = curveAt(stroke, along + 0.02, lag);
        vec4 last = curveAt(stroke, along - 0.02, lag);
        vec4 before = curveAt(stroke, along, lag + 0.06);
        speed = distance(here.xyz, before.xyz) / 0.06;
        vec3 view = (viewMatrix * vec4(here.xyz, 1.0)).xyz;
        vec3 way = (viewMatrix * vec4(next.xyz - last.xyz, 0.0)).xyz;
        way = normalize(way - dot(way, view) / dot(view, view) * view + 1e-5);
        vec3 sideways = normalize(cross(way, view));
        float thickness = here.w * mix(0.72, 1.18, weight * 0.5) * (1.0 + 0.5 * faded);
        view += sideways * position.y * thickness * 1.25 + way * over * thickness * 1.1;
        view.y += rise * age - 0.6 * turbulence * faded * age * abs(sin(float(stroke) * 2.4));
        brush = vec2(inner, position.y * 1.25);
        cap = abs(over) * 1.1;
        seed = float(stroke) * 7.31 + faded * 3.7;
        wash = faded;
        gl_Position = projectionMatrix * vec4(view, 1.0);
      }`,
    fragmentShader: `
      ${noiseShader}
      uniform vec3 accent;
      uniform vec3 pigment;
      uniform float roughness;
      uniform float stir;
      varying vec2 brush;
      varying float cap;
      varying float seed;
      varying float wash;
      varying float speed;
      void main() {
        float torn = noise(vec2(brush.x * 9.0 + seed, brush.y > 0.0 ? 3.5 : 9.5)) - 0.5
          + 0.3 * (noise(vec2(brush.x * 34.0, seed + brush.y)) - 0.5);
        float rim = length(vec2(brush.y, cap)) + torn * mix(0.14, 0.42, roughness);
        float inked = 1.0 - smoothstep(0.93, 1.0, rim);
        float hairs = 0.6 * noise(vec2(brush.y * 9.0 + seed * 3.0, brush.x * 2.2 + seed))
          + 0.4 * noise(vec2(brush.y * 27.0 - seed, brush.x * 4.0 + seed));
        float dry = roughness * (0.42 * smoothstep(0.3, 1.0, brush.x) + 0.09 * min(speed, 3.0));
        inked *= smoothstep(dry - 0.1, dry + 0.06, hairs + 0.2 * (1.0 - roughness));
        float wet = smoothstep(0.55, 0.95, rim);
        float moved = smoothstep(0.2 * stir, 1.3 * stir, speed);
        float paleness = (1.0 - wash) * (1.0 - wash) * moved * (0.16 + 0.14 * wet);
        float alpha = wash > 0.0 ? paleness : 0.97;
        vec3 colour = wash > 0.0 ? mix(accent * 0.55, accent, wash) : mix(pigment, vec3(0.35), 0.25 * smoothstep(0.62, 0.85, hairs));
        gl_FragColor = vec4(colour, alpha * inked);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    side: DoubleSide,
    depthWrite: false,
    depthTest: false,
    transparent: true,
  });
}

/** A disc of the emotion's colour, laid on with a wide wet brush. */
function sunMaterial(uniforms: Uniforms): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      varying vec2 place;
      void main() {
        place = uv * 2.0 - 1.0;
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
      }`,
    fragmentShader: `
      ${noiseShader}
      uniform vec3 accent;
      uniform float roughness;
      varying vec2 place;
      void main() {
        float wobble = noise(place * 2.5 + 3.0) - 0.5 + 0.4 * (noise(place * 14.0) - 0.5);
        float round = length(place) + wobble * mix(0.02, 0.1, roughness);
        float inside = 1.0 - smoothstep(0.85, 0.865, round);
        float pooled = smoothstep(0.6, 0.85, round);
        vec2 hair = vec2(place.x * 1.1 + 5.0, place.y + 0.2 * place.x * place.x);
        float hairs = 0.5 * noise(hair * vec2(1.0, 22.0)) + 0.5 * noise(hair * vec2(2.3, 61.0));
        float dry = mix(0.05, 0.62, roughness) * smoothstep(-0.7, 0.9, place.x);
        float covered = smoothstep(dry - 0.08, dry + 0.1, hairs);
        float grain = mix(0.86, 1.0, noise(place * 90.0));
        gl_FragColor = vec4(accent, inside * covered * grain * (0.72 + 0.2 * pooled));
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    depthWrite: false,
    transparent: true,
  });
}
