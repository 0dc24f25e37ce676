import { DataTexture, FloatType, RGBAFormat } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import type { FigureMotion } from "./figureMotion";

/** Poses remembered, and how many a second. */
const ROWS = 192;
const RATE = 50;
/** Place and rotation of a joint: two texels of four numbers. */
const STRIDE = 8;
/** Hips faster than this have jumped: nothing connects before and after, m/s. */
const JUMP = 20;

/**
 * The last seconds of a figure's motion, for shaders to draw from.
 *
 * A texture with a row for each past pose, evenly spaced in time; the newest row is always the
 * pose of this very moment. The row after the last holds the joints' places in rest.
 */
export class MotionHistory {
  /** Longest age that can be looked up, seconds. */
  static readonly LENGTH = (ROWS - 2) / RATE;
  /** Rows a second. */
  static readonly RATE = RATE;
  /** For `historyShader`; to be spread into a material's uniforms. */
  readonly uniforms;
  private readonly data: Float32Array;
  private readonly now: Float32Array;
  private readonly before: Float32Array;
  private readonly width: number;
  private time = 0;
  private started = false;

  constructor(skeleton: SkeletonDescription) {
    this.width = skeleton.joints.length * STRIDE;
    this.data = new Float32Array(this.width * (ROWS + 1));
    this.now = new Float32Array(this.width);
    this.before = new Float32Array(this.width);
    this.writeRest(skeleton);
    const texture = new DataTexture(this.data, this.width / 4, ROWS + 1, RGBAFormat, FloatType);
    this.uniforms = {
      history: { value: texture },
      historyNewest: { value: 0 },
      historyGap: { value: 1 / RATE },
    };
  }

  /** Remembers a pose that came so many seconds after the one before. Allocates nothing. */
  record(motion: FigureMotion, seconds: number): void {
    this.before.set(this.now);
    this.take(motion);
    if (!this.started || this.jumped(seconds)) this.fill();
    this.started = true;
    const from = this.time;
    this.time += seconds;
    const whole = Math.floor(this.time * RATE);
    const first = Math.max(Math.floor(from * RATE) + 1, whole - ROWS);
    for (let row = first; row <= whole; row++) {
      this.write(row, (row / RATE - from) / seconds);
    }
    this.write(whole + 1, 1);
    this.uniforms.historyNewest.value = (whole + 1) % ROWS;
    this.uniforms.historyGap.value = Math.max(1e-4, this.time - whole / RATE);
    this.uniforms.history.value.needsUpdate = true;
  }

  dispose(): void {
    this.uniforms.history.value.dispose();
  }

  /** Lays a pose out as a row. Signs of rotations follow on, so that a shader may blend them. */
  private take({ positions, orientations }: FigureMotion): void {
    for (let joint = 0; joint * STRIDE < this.width; joint++) {
      const at = joint * STRIDE;
      for (let i = 0; i < 3; i++) this.now[at + i] = positions[joint * 3 + i] as number;
      let cosine = 0;
      for (let i = 0; i < 4; i++) {
        cosine += (orientations[joint * 4 + i] as number) * (this.before[at + 4 + i] as number);
      }
      const sign = cosine < 0 ? -1 : 1;
      for (let i = 0; i < 4; i++) {
        this.now[at + 4 + i] = sign * (orientations[joint * 4 + i] as number);
      }
    }
  }

  private jumped(seconds: number): boolean {
    let squares = 0;
    for (let i = 0; i < 3; i++) {
      squares += ((this.now[i] as number) - (this.before[i] as number)) ** 2;
    }
    return Math.sqrt(squares) > JUMP * Math.max(seconds, 1 / RATE);
  }

  private fill(): void {
    this.before.set(this.now);
    for (let row = 0; row < ROWS; row++) this.write(row, 1);
  }

  private write(row: number, share: number): void {
    const at = (row % ROWS) * this.width;
    for (let i = 0; i < this.width; i++) {
      const from = this.before[i] as number;
      this.data[at + i] = from + ((this.now[i] as number) - from) * share;
    }
  }

  private writeRest({ parents, rest_offsets }: SkeletonDescription): void {
    const end = ROWS * this.width;
    rest_offsets.forEach((offset, joint) => {
      const parent = parents[joint] ?? -1;
      offset.forEach((value, i) => {
        const base = parent < 0 ? 0 : (this.data[end + parent * STRIDE + i] as number);
        this.data[end + joint * STRIDE + i] = base + value;
      });
    });
  }
}
