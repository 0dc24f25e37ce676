import {
  type Blending,
  BufferGeometry,
  Color,
  Float32BufferAttribute,
  MathUtils,
  type PerspectiveCamera,
  Points,
  ShaderMaterial,
  type WebGLRenderer,
} from "three";
import { bodySurface } from "../body/bodySurface";
import type { SkeletonDescription } from "../protocol/messages";
import type { FigureMotion } from "./figureMotion";
import { historyShader } from "./historyShader";
import type { Mood } from "./mood";
import { MotionHistory } from "./motionHistory";
import { swirlShader } from "./swirlShader";

const SPACING = 0.014;
/** Scatters the same grains every time. */
const SEED = 7;

export interface ParticleStyle {
  /** Share that stays on the body and shows its shape. */
  readonly settled: number;
  /** Size of a grain, metres. */
  readonly size: number;
  /** Speeds below which a limb sheds a trickle, and above which fully; 1 is the emotion's `stir`. */
  readonly shedding: readonly [number, number];
  /** What still limbs shed, 0 to 1. */
  readonly trickle: number;
  readonly blending: Blending;
  /** GLSL of `vec4 shade(float left, float speed, float grazing)`, premultiplied. */
  readonly shade: string;
}

/** Particles that limbs shed: each knows where it was born from the figure's history. */
export class Particles {
  readonly object: Points<BufferGeometry, ShaderMaterial>;
  private readonly history: MotionHistory;
  private readonly uniforms;
  /** Size of a grain, metres; fewer grains are larger. */
  private size: number;

  constructor(
    skeleton: SkeletonDescription,
    count: number,
    private readonly style: ParticleStyle,
  ) {
    this.history = new MotionHistory(skeleton);
    this.uniforms = {
      ...this.history.uniforms,
      pixelsPerMetre: { value: 1 },
      life: { value: 0 },
      memory: { value: 1 },
      turbulence: { value: 0 },
      rise: { value: 0 },
      carry: { value: 0 },
      stir: { value: 1 },
      size: { value: style.size },
      brightness: { value: 1 },
      accent: { value: new Color() },
      glow: { value: new Color() },
    };
    this.object = new Points(grains(skeleton, count), material(this.uniforms, style));
    this.object.frustumCulled = false;
    this.object.onBeforeRender = (renderer, _, camera) => {
      this.uniforms.pixelsPerMetre.value = pixelsPerMetre(renderer, camera as PerspectiveCamera);
    };
    this.size = style.size;
  }

  update(motion: FigureMotion, { behaviour, palette, pulse, energy }: Mood, seconds: number): void {
    this.history.record(motion, seconds);
    const { uniforms } = this;
    uniforms.life.value = (uniforms.life.value + seconds / behaviour.memory) % 1e4;
    uniforms.memory.value = behaviour.memory;
    uniforms.turbulence.value = behaviour.turbulence * energy;
    uniforms.rise.value = behaviour.rise;
    uniforms.carry.value = behaviour.carry;
    uniforms.stir.value = behaviour.stir;
    uniforms.size.value = this.size * Math.sqrt(behaviour.weight) * (1 + 0.3 * pulse);
    uniforms.brightness.value = 1 + pulse;
    uniforms.accent.value.copy(palette.accent);
    uniforms.glow.value.copy(palette.light);
  }

  /** @param share Share of the particles that are drawn, 0 to 1. */
  thin(share: number): void {
    const { geometry } = this.object;
    this.size = this.style.size * share ** -0.4;
    geometry.setDrawRange(0, Math.round(share * (geometry.attributes.position?.count ?? 0)));
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
    this.history.dispose();
  }
}

/** Scatters grains over the skin; each rides on the joint that moves its spot most. */
function grains(skeleton: SkeletonDescription, count: number): BufferGeometry {
  const surface = bodySurface(skeleton, SPACING);
  const { position, normal, skinIndex, skinWeight } = surface.attributes;
  if (!position || !normal || !skinIndex || !skinWeight) throw new Error("expected a skinned body");
  const spots: number[] = [];
  const normals: number[] = [];
  const joints: number[] = [];
  const seeds: number[] = [];
  const random = () => MathUtils.seededRandom();
  MathUtils.seededRandom(SEED);
  for (let grain = 0; grain < count; grain++) {
    const at = Math.floor(random() * position.count);
    const heaviest = [0, 1, 2, 3].reduce((best, i) =>
      skinWeight.getComponent(at, i) > skinWeight.getComponent(at, best) ? i : best,
    );
    // Off the grid on which the surface was sampled.
    const off = () => SPACING * (random() - 0.5);
    spots.push(position.getX(at) + off(), position.getY(at) + off(), position.getZ(at) + off());
    normals.push(normal.getX(at), normal.getY(at), normal.getZ(at));
    joints.push(skinIndex.getComponent(at, heaviest));
    seeds.push(random(), random(), random(), random());
  }
  return new BufferGeometry()
    .setAttribute("position", new Float32BufferAttribute(spots, 3))
    .setAttribute("normal", new Float32BufferAttribute(normals, 3))
    .setAttribute("joint", new Float32BufferAttribute(joints, 1))
    .setAttribute("seed", new Float32BufferAttribute(seeds, 4));
}

function pixelsPerMetre(renderer: WebGLRenderer, camera: PerspectiveCamera): number {
  const height = renderer.getRenderTarget()?.height ?? renderer.domElement.height;
  return (height * (camera.projectionMatrix.elements[5] as number)) / 2;
}

function material(
  uniforms: ShaderMaterial["uniforms"],
  { settled, shedding, trickle, blending, shade }: ParticleStyle,
): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    defines: {
      SETTLED: settled.toFixed(3),
      STILL: shedding[0].toFixed(3),
      FAST: shedding[1].toFixed(3),
      TRICKLE: trickle.toFixed(3),
    },
    vertexShader: `
      attribute float joint;
      attribute vec4 seed;
      ${historyShader}
      ${swirlShader}
      uniform float pixelsPerMetre;
      uniform float life;
      uniform float memory;
      uniform float turbulence;
      uniform float rise;
      uniform float carry;
      uniform float size;
      uniform float stir;
      varying float left;
      varying float speed;
      varying float grazing;
      varying float visible;
      void main() {
        bool stays = seed.w < SETTLED;
        float span = memory * mix(0.3, 1.0, seed.y * seed.y);
        float lived = fract(seed.x + life * memory / span);
        float age = stays ? 0.0 : lived * span;
        vec3 restJoint = texelFetch(history, ivec2(int(joint) * 2, 192), 0).xyz;
        vec3 born, jointPlace;
        vec4 rotation;
        jointAt(int(joint), age, jointPlace, rotation);
        born = jointPlace + turned(rotation, position - restJoint);
        vec3 velocity = (born - limbAt(int(joint), position - restJoint, age + 0.05)) / 0.05;
        vec3 outward = turned(rotation, normal);
        speed = length(velocity);
        float glide = (1.0 - exp(-2.5 * age)) / 2.5;
        vec3 wild = swirl(born * 2.6 + seed.xyz * 1.2 + vec3(0.0, life * 0.7, 0.0));
        vec3 place = born + velocity * carry * glide * mix(0.4, 1.2, seed.z)
          + wild * turbulence * age + outward * 0.05 * age + vec3(0.0, rise * age, 0.0);
        place.y = max(place.y, 0.006);
        vec4 view = viewMatrix * vec4(place, 1.0);
        vec3 toEye = normalize(-view.xyz);
        vec3 facing = (viewMatrix * vec4(outward, 0.0)).xyz;
        float front = dot(facing, toEye);
        grazing = stays ? 1.0 - abs(front) : 1.0;
        left = stays ? 1.0 : 1.0 - lived;
        visible = stays ? smoothstep(-0.25, 0.05, front) : mix(TRICKLE, 1.0, smoothstep(STILL, FAST, speed / stir));
        float grown = stays ? mix(0.75, 1.1, seed.z) : mix(0.5, 1.6, seed.z * seed.z) * sqrt(left);
        gl_Position = visible < 0.01 ? vec4(2.0, 2.0, 2.0, 1.0) : projectionMatrix * view;
        gl_PointSize = max(1.0, size * grown * pixelsPerMetre / -view.z);
      }`,
    fragmentShader: `
      uniform vec3 accent;
      uniform vec3 glow;
      uniform float brightness;
      varying float left;
      varying float speed;
      varying float grazing;
      varying float visible;
      ${shade}
      void main() {
        float off = length(gl_PointCoord - 0.5) * 2.0;
        if (off > 1.0) discard;
        gl_FragColor = shade(left, speed, grazing, off) * visible;
        gl_FragColor.rgb *= brightness;
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    blending,
    premultipliedAlpha: true,
    depthWrite: false,
    transparent: true,
  });
}
