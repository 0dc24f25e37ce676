import {
  Color,
  CustomBlending,
  DynamicDrawUsage,
  Float32BufferAttribute,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  ShaderMaterial,
} from "three";
import type { FigureMotion } from "../looks/figureMotion";
import type { Look, LookRoom } from "../looks/look";
import type { Mood } from "../looks/mood";

/** A foot in the air marks the floor less; at this height half as much, metres. */
const HALF_HEIGHT = 0.09;
const HEIGHT = 0.004;

/**
 * What a figure does to the floor: shade or light under its feet and hips, and rings where it
 * steps.
 */
export class FootMarks {
  readonly object: Mesh<InstancedBufferGeometry, ShaderMaterial>;
  private readonly marks: InstancedBufferAttribute;
  private readonly uniforms = {
    accent: { value: new Color() },
    luminous: { value: 0 },
    paper: { value: 0 },
    pulse: { value: 0 },
  };

  /** @param motion Motion that tells how many feet and footfalls are marked. */
  constructor(motion: FigureMotion) {
    const count = 1 + motion.feet.length + motion.footfalls.length / 4;
    this.marks = new InstancedBufferAttribute(new Float32Array(count * 4), 4);
    this.marks.setUsage(DynamicDrawUsage);
    const geometry = new InstancedBufferGeometry()
      .setIndex([0, 2, 1, 2, 3, 1])
      .setAttribute("position", new Float32BufferAttribute(CORNERS, 3))
      .setAttribute("mark", this.marks);
    this.object = new Mesh(geometry, markMaterial(this.uniforms));
    this.object.frustumCulled = false;
    // Over the floor, under the figures.
    this.object.renderOrder = -2;
  }

  /** Follows a figure. Allocates nothing. */
  update(motion: FigureMotion, mood: Mood, look: Look, room: LookRoom): void {
    this.uniforms.accent.value.copy(mood.palette.accent).lerp(mood.palette.light, 0.25);
    this.uniforms.luminous.value = look.luminous && room === "dark" ? 1 : 0;
    this.uniforms.paper.value = room === "paper" ? 1 : 0;
    this.uniforms.pulse.value = mood.pulse;
    this.writeMark(0, motion.hips[0] as number, motion.hips[2] as number, -2, 1);
    for (let foot = 0; foot < motion.feet.length; foot++) {
      this.markFoot(1 + foot, motion.feet[foot] as number, motion);
    }
    const falls = motion.footfalls;
    for (let at = 0; at < falls.length; at += 4) {
      const [x, z, age, strength] = [falls[at], falls[at + 1], falls[at + 2], falls[at + 3]];
      this.writeMark(
        1 + motion.feet.length + at / 4,
        x as number,
        z as number,
        age as number,
        strength as number,
      );
    }
    this.marks.needsUpdate = true;
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }

  private markFoot(at: number, joint: number, { positions }: FigureMotion): void {
    if (joint < 0) return;
    const y = Math.max(0, positions[joint * 3 + 1] as number);
    const near = HALF_HEIGHT / (HALF_HEIGHT + y);
    this.writeMark(
      at,
      positions[joint * 3] as number,
      positions[joint * 3 + 2] as number,
      -1,
      near,
    );
  }

  /** @param kind Age of a ring in seconds; -1 for a foot, -2 for the hips. */
  private writeMark(at: number, x: number, z: number, kind: number, strength: number): void {
    this.marks.setXYZW(at, x, z, kind, strength);
  }
}

const CORNERS = [-1, 0, -1, 1, 0, -1, -1, 0, 1, 1, 0, 1];

function markMaterial(uniforms: ShaderMaterial["uniforms"]): ShaderMaterial {
  return new ShaderMaterial({
    uniforms,
    vertexShader: `
      attribute vec4 mark;
      varying vec2 place;
      varying vec2 kind;
      void main() {
        kind = mark.zw;
        float radius = kind.x < -1.5 ? 0.8 : kind.x < 0.0 ? 0.2 : 0.1 + 0.8 * (1.0 - exp(-1.4 * kind.x));
        if (kind.x > 2.5) radius = 0.0;
        place = position.xz;
        vec3 spot = vec3(mark.x, ${HEIGHT}, mark.y) + position * radius;
        gl_Position = projectionMatrix * viewMatrix * vec4(spot, 1.0);
      }`,
    fragmentShader: `
      uniform vec3 accent;
      uniform float luminous;
      uniform float paper;
      uniform float pulse;
      varying vec2 place;
      varying vec2 kind;
      void main() {
        float off = length(place);
        float soft = max(0.0, 1.0 - off);
        float shade, light;
        if (kind.x >= 0.0) {
          float left = exp(-2.4 * kind.x) * kind.y;
          float ring = exp(-900.0 * pow(off - 0.9, 2.0)) + 0.12 * exp(-30.0 * pow(off - 0.6, 2.0));
          light = ring * left * (0.2 + 0.5 * pulse) * (1.0 - paper);
          shade = ring * left * 0.22 * paper;
        } else {
          float near = kind.x < -1.5 ? 0.25 : kind.y;
          float blot = soft * soft * near;
          light = blot * luminous * (kind.x < -1.5 ? 0.35 + pulse : 0.1);
          shade = blot * (1.0 - luminous) * mix(0.85, 0.45, paper);
        }
        gl_FragColor = vec4(accent * light, shade);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    blending: CustomBlending,
    blendSrc: OneFactor,
    blendDst: OneMinusSrcAlphaFactor,
    depthWrite: false,
    transparent: true,
  });
}
