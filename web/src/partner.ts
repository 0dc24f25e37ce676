import type { Avatar } from "./avatar/avatar";
import { blendPalettes } from "./avatar/blendPalettes";
import { emotionPalette, type Palette } from "./avatar/emotionPalette";
import { Ensemble } from "./motion/ensemble";
import type { Pose } from "./motion/interpolatePose";
import { PlayoutBuffer } from "./motion/playoutBuffer";
import { decodeFrame, type Frame } from "./protocol/decodeFrame";
import type { Hello } from "./protocol/messages";
import { decay } from "./stage/decay";

const COLOUR_HALF_LIFE = 0.35;
const RIM_STRENGTH = 0.55;
/** The outline lights up when the partner takes a performer up. */
const FLARE_STRENGTH = 1.6;
const FLARE_HALF_LIFE = 0.3;

/** The dancer of one session: its body, its motion as it arrives, and its colours. */
export class Partner {
  readonly buffer: PlayoutBuffer;
  private readonly ensemble: Ensemble;
  private readonly rest: Pose;
  /** Colours of the moment. */
  readonly palette: Palette = emotionPalette("neutral");
  private flare = 0;
  private readonly goal: Palette = emotionPalette("neutral");
  private readonly palettes: readonly Palette[];

  /** @param before The dancer of the hello before: the motion goes on from there. */
  constructor(
    readonly hello: Hello,
    readonly avatar: Avatar,
    before: Partner | null = null,
  ) {
    this.buffer = before?.buffer ?? new PlayoutBuffer();
    this.ensemble = before?.ensemble ?? new Ensemble();
    this.palettes = hello.emotions.map(emotionPalette);
    this.rest = {
      hips: Float32Array.from(hello.skeleton.rest_offsets[0] ?? [0, 0, 0]),
      rotations: new Float32Array(hello.skeleton.joints.length * 4),
    };
  }

  /** Where the partner is now. */
  get pose(): Pose {
    return this.ensemble.figures[0] ?? this.rest;
  }

  /** Takes in the bytes of a frame that arrived now, seconds. */
  receiveFrame(bytes: ArrayBuffer, now: number): void {
    const { skeleton, emotions } = this.hello;
    this.buffer.push(decodeFrame(bytes, skeleton.joints.length, emotions.length), now);
  }

  /**
   * Moves the body to where it is now.
   *
   * @param now Seconds of the clock of `receiveFrame`.
   * @param seconds Since the last move.
   * @returns The frame that is shown, or null before the first has come.
   */
  move(now: number, seconds: number): Frame | null {
    const shown = this.buffer.sample(now, this.ensemble);
    const [figure] = this.ensemble.figures;
    if (shown === null || figure === undefined) return shown;
    this.avatar.show(figure);
    this.flare = figure.takenUp ? 1 : this.flare * decay(FLARE_HALF_LIFE, seconds);
    this.colour(seconds);
    return shown;
  }

  private colour(seconds: number): void {
    blendPalettes(this.palettes, this.ensemble.emotion, this.goal);
    const share = 1 - decay(COLOUR_HALF_LIFE, seconds);
    this.palette.accent.lerp(this.goal.accent, share);
    this.palette.light.lerp(this.goal.light, share);
    this.avatar.costume.copy(this.palette.accent);
    this.avatar.rim.copy(this.palette.light).lerp(this.palette.accent, 0.5);
    this.avatar.rim.multiplyScalar(RIM_STRENGTH + FLARE_STRENGTH * this.flare);
  }
}
