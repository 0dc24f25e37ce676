import { FigureMotion } from "./looks/figureMotion";
import type { Look } from "./looks/look";
import { Mood } from "./looks/mood";
import type { Pose } from "./motion/interpolatePose";
import { PlayoutBuffer } from "./motion/playoutBuffer";
import { decodeFrame, type Frame } from "./protocol/decodeFrame";
import type { Hello } from "./protocol/messages";

/** The dancer of one session: its motion as it arrives, its mood and its look. */
export class Partner {
  readonly buffer: PlayoutBuffer;
  readonly pose: Pose;
  readonly motion: FigureMotion;
  readonly mood: Mood;

  constructor(
    readonly hello: Hello,
    public look: Look,
  ) {
    this.buffer = new PlayoutBuffer(hello.fps);
    this.motion = new FigureMotion(hello.skeleton);
    this.mood = new Mood(hello.emotions);
    this.pose = {
      hips: Float32Array.from(hello.skeleton.rest_offsets[0] ?? [0, 0, 0]),
      rotations: new Float32Array(hello.skeleton.joints.length * 4),
      emotion: new Float32Array(hello.emotions.length),
    };
  }

  /** World position of a joint as drawn, metres; null when there is none. */
  jointPosition(joint: string): number[] | null {
    const { look, motion } = this;
    return look.jointPosition ? look.jointPosition(joint) : motion.jointPosition(joint);
  }

  /** Takes in the bytes of a frame that arrived now, seconds. */
  receiveFrame(bytes: ArrayBuffer, now: number): void {
    const { skeleton, emotions } = this.hello;
    this.buffer.push(decodeFrame(bytes, skeleton.joints.length, emotions.length), now);
  }

  /**
   * Moves the figure to where it is now.
   *
   * @param now Seconds of the clock of `receiveFrame`.
   * @param seconds Since the last move.
   * @returns The frame that is shown, or null before the first has come.
   */
  move(now: number, seconds: number): Frame | null {
    const shown = this.buffer.sample(now, this.pose);
    if (shown === null) return null;
    this.motion.update(this.pose, 0, shown.takenUp, seconds);
    this.mood.update(this.pose.emotion, seconds);
    this.look.update(this.motion, this.mood, seconds);
    return shown;
  }
}
