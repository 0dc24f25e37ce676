import type { Avatar } from "./avatar/avatar";
import { blendPalettes } from "./avatar/blendPalettes";
import { emotionPalette, type Palette } from "./avatar/emotionPalette";
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
  readonly pose: Pose;
  /** Colours of the moment. */
  readonly palette: Palette = emotionPalette("neutral");
  private flare = 0;
  private readonly goal: Palette = emotionPalette("neutral");
  private readonly palettes: readonly Palette[];

  constructor(
    readonly hello: Hello,
    readonly avatar: Avatar,
  ) {
    this.buffer = new PlayoutBuffer(hello.fps);
    this.palettes = hello.emotions.map(emotionPalette);
    this.pose = {
      hips: Float32Array.from(hello.skeleton.rest_offsets[0] ?? [0, 0, 0]),
      rotations: new Float32Array(hello.skeleton.joints.length * 4),
      emotion: new Float32Array(hello.emotions.length),
    };
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
    const shown = this.buffer.sample(now, this.pose);
    if (shown === null) return null;
    this.avatar.show(this.pose);
    this.flare = shown.takenUp ? 1 : this.flare * decay(FLARE_HALF_LIFE, seconds);
    this.colour(seconds);
    return shown;
  }

  private colour(seconds: number): void {
    blendPalettes(this.palettes, this.pose.emotion, this.goal);
    const share = 1 - decay(COLOUR_HALF_LIFE, seconds);
    this.palette.accent.lerp(this.goal.accent, share);
    this.palette.light.lerp(this.goal.light, share);
    this.avatar.costume.copy(this.palette.accent);
    this.avatar.rim.copy(this.palette.light).lerp(this.palette.accent, 0.5);
    this.avatar.rim.multiplyScalar(RIM_STRENGTH + FLARE_STRENGTH * this.flare);
  }
}
