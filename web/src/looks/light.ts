import { AdditiveBlending, Group, Mesh, ShaderMaterial } from "three";
import { bodySurface } from "../body/bodySurface";
import { historyShader } from "./historyShader";
import type { Look, LookFactory } from "./look";
import { MoodUniforms } from "./moodUniforms";
import { MotionHistory } from "./motionHistory";
import { noiseShader } from "./noiseShader";

const SPACING = 0.014;
/** How fast light wanders from the heart to the hands, waves a second. */
const FLOW = 0.35;
const FLARE = 1.6;

/** A figure of light: it glows from within, and its speed tears flames out of it. */
export const light: LookFactory = (skeleton) => {
  const history = new MotionHistory(skeleton);
  const shaded = new MoodUniforms();
  const uniforms = {
    ...history.uniforms,
    ...shaded.uniforms,
    brightness: { value: 1 },
    flow: { value: 0 },
  };
  const surface = bodySurface(skeleton, SPACING);
  const flames = new Mesh(surface, flameMaterial(uniforms));
  const halo = new Mesh(surface, haloMaterial(uniforms));
  const body = new Mesh(surface, bodyMaterial(uniforms));
  const meshes = [body, halo, flames];
  for (const mesh of meshes) mesh.frustumCulled = false;
  let flare = 0;
  return {
    object: new Group().add(...meshes),
    room: "dark",
    luminous: true,
    update(motion, mood, seconds) {
      history.record(motion, seconds);
      shaded.update(mood);
      flare = motion.takenUp ? 1 : flare * Math.exp(-2.5 * seconds);
      uniforms.brightness.value = 1 + mood.pulse + FLARE * flare;
      uniforms.flow.value = (uniforms.flow.value + FLOW * mood.energy * seconds) % 1e3;
    },
    setQuality() {},
    dispose() {
      for (const mesh of meshes) mesh.material.dispose();
      history.dispose();
    },
  } satisfies Look;
};

type Uniforms = ShaderMaterial["uniforms"];

const ATTRIBUTES = `
attribute vec4 skinIndex;
attribute vec4 skinWeight;
${historyShader}
`;

/**
 * The surface as it is now, and how it is seen.
 *
 * @param push How far it is pushed outwards, metres.
 */
function surfaceShader(push: number): string {
  return `
    ${ATTRIBUTES}
    varying vec3 seen;
    varying vec3 facing;
    varying float fromHeart;
    void main() {
      vec3 place, outward;
      skinAt(position, normal, skinIndex, skinWeight, 0.0, place, outward);
      vec4 view = viewMatrix * vec4(place + outward * ${push.toFixed(3)}, 1.0);
      seen = view.xyz;
      facing = (viewMatrix * vec4(outward, 0.0)).xyz;
      fromHeart = distance(position, vec3(0.0, 1.25, 0.0));
      gl_Position = projectionMatrix * view;
    }`;
}

/** Its rim is white-hot, its inside a deep glow through which bands of light wander outwards. */
function bodyMaterial(uniforms: Uniforms): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: surfaceShader(0),
    fragmentShader: `
      uniform vec3 accent;
      uniform vec3 glow;
      uniform float brightness;
      uniform float weight;
      uniform float flow;
      varying vec3 seen;
      varying vec3 facing;
      varying float fromHeart;
      void main() {
        float grazing = 1.0 - abs(dot(normalize(facing), normalize(seen)));
        float band = pow(0.5 + 0.5 * cos(6.2832 * (fromHeart * 1.6 - flow)), 6.0);
        vec3 inside = accent * (0.04 + 0.7 * weight * band * (0.25 + grazing));
        vec3 rim = accent * 1.45 * pow(grazing, 2.0) + glow * 2.2 * pow(grazing, 4.0);
        gl_FragColor = vec4((inside + rim) * 1.35 * brightness, 1.0);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
  });
}

/** Air that glows around the body, so that it shines where a machine affords no bloom. */
function haloMaterial(uniforms: Uniforms): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: surfaceShader(0.07),
    fragmentShader: `
      uniform vec3 accent;
      uniform vec3 glow;
      uniform float brightness;
      varying vec3 seen;
      varying vec3 facing;
      void main() {
        float thick = max(0.0, -dot(normalize(facing), normalize(seen)));
        gl_FragColor = vec4(mix(accent, glow, 0.25) * 0.17 * thick * thick * thick * brightness, 1.0);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    blending: AdditiveBlending,
    depthWrite: false,
    transparent: true,
  });
}

/** The body once more, its lee side drawn out along the way it came. */
function flameMaterial(uniforms: Uniforms): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      ${ATTRIBUTES}
      ${noiseShader}
      uniform float memory;
      uniform float roughness;
      uniform float rise;
      uniform float stir;
      varying float burnt;
      varying float heat;
      void main() {
        vec3 place, outward, earlier, unused;
        skinAt(position, normal, skinIndex, skinWeight, 0.0, place, outward);
        skinAt(position, normal, skinIndex, skinWeight, 0.07, earlier, unused);
        vec3 velocity = (place - earlier) / 0.07;
        float speed = length(velocity);
        float lee = max(0.0, -dot(outward, velocity / max(speed, 0.01)));
        vec2 patch_ = vec2(position.x + position.z, position.y) * mix(14.0, 46.0, roughness);
        float tongue = mix(noise(patch_), scatter(floor(patch_ * 2.0)), roughness);
        burnt = lee * mix(0.35, 1.0, tongue);
        float age = min(3.6, 0.42 * memory) * burnt;
        skinAt(position, normal, skinIndex, skinWeight, age, place, outward);
        place += outward * 0.012 + vec3(0.0, rise * age, 0.0);
        heat = smoothstep(0.1 * stir, 1.3 * stir, speed);
        gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
      }`,
    fragmentShader: `
      uniform vec3 accent;
      uniform vec3 glow;
      uniform float brightness;
      varying float burnt;
      varying float heat;
      void main() {
        float left = 1.0 - burnt;
        vec3 colour = mix(accent, glow, left * left * 0.6) * heat * left * burnt * 0.45;
        gl_FragColor = vec4(colour * brightness, 1.0);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    blending: AdditiveBlending,
    depthWrite: false,
    transparent: true,
  });
}
