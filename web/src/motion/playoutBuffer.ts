import type { Frame } from "../protocol/decodeFrame";
import { ArrivalClock } from "./arrivalClock";
import { interpolatePose, type Pose } from "./interpolatePose";

const SHORTEST_DELAY = 0.06;
const LONGEST_DELAY = 0.25;
/** For the display's own unevenness, seconds. */
const MARGIN = 0.01;
/** A gap this short is bridged by going on at the same speed; after it the pose is held. */
const EXTRAPOLATION = 0.05;
/** Playing faster or slower by this share goes unnoticed. */
const RATE_LIMIT = 0.15;
/** Beyond this many seconds, jumping is kinder than catching up. */
const JUMP = 1;
const CAPACITY = 120;

/**
 * Turns frames that arrive unevenly into motion that plays evenly.
 *
 * Frames are shown a little late, by as much as arrivals were seen to vary, and the playhead
 * speeds up or slows down slightly to stay there. It never runs backwards.
 */
export class PlayoutBuffer {
  /** How often the pose had to be held for want of frames. */
  underruns = 0;
  /** Frames that came when their moment had passed. */
  lateFrames = 0;
  private readonly arrivals = new ArrivalClock();
  /** By media time; the first two or the only one are behind the playhead or next to it. */
  private readonly frames: Frame[] = [];
  /** Media time now shown, seconds; not a number before the first frame. */
  private playhead = Number.NaN;
  private sampledAt = 0;
  private dry = false;

  /** @param fps Frames per second of media time. */
  constructor(private readonly fps: number) {}

  /** How much later than its quickest arrival a frame is shown, seconds. */
  get delay(): number {
    const wanted = this.arrivals.jitter + 1 / this.fps + MARGIN;
    return Math.min(LONGEST_DELAY, Math.max(SHORTEST_DELAY, wanted));
  }

  /** Takes in a frame that arrived now, seconds. */
  push(frame: Frame, now: number): void {
    this.arrivals.receive(this.mediaTime(frame), now);
    const at = this.frames.findLastIndex((other) => other.sequence <= frame.sequence) + 1;
    if (this.frames[at - 1]?.sequence === frame.sequence) return;
    if (this.mediaTime(frame) < this.playhead) {
      this.lateFrames++;
      if (at < this.frames.length) return;
    }
    this.frames.splice(at, 0, frame);
    if (this.frames.length > CAPACITY) this.frames.shift();
  }

  /**
   * Writes the pose of this moment into a target.
   *
   * @returns The frame that is being shown, or null when none has arrived yet.
   */
  sample(now: number, target: Pose): Frame | null {
    const newest = this.frames.at(-1);
    if (newest === undefined) return null;
    this.movePlayhead(now, this.mediaTime(newest));
    this.stopAfter(this.mediaTime(newest) + EXTRAPOLATION);
    while (this.frames.length > 2 && this.isPast(this.frames[1] as Frame)) this.frames.shift();
    return this.interpolate(target);
  }

  private movePlayhead(now: number, newest: number): void {
    const elapsed = Math.max(0, now - this.sampledAt);
    const wanted = now - this.arrivals.pace - this.delay;
    const behind = wanted - this.playhead - elapsed;
    this.sampledAt = now;
    // Once dry, one pause until there is enough to play on is better than a stutter.
    if (this.playhead <= Math.min(newest, wanted)) this.dry = false;
    const pausing = this.dry && this.playhead > wanted;
    if (!(Math.abs(behind) < JUMP)) this.playhead = wanted;
    else if (!pausing) this.playhead += elapsed * (1 + limited(behind));
  }

  private stopAfter(limit: number): void {
    if (this.playhead <= limit) return;
    if (!this.dry) this.underruns++;
    this.dry = true;
    this.playhead = limit;
  }

  private interpolate(target: Pose): Frame {
    const from = this.frames[0] as Frame;
    const to = this.frames[1] ?? from;
    const length = this.mediaTime(to) - this.mediaTime(from);
    const alpha = length > 0 ? (this.playhead - this.mediaTime(from)) / length : 0;
    interpolatePose(from, to, Math.max(0, alpha), target);
    return alpha < 1 ? from : to;
  }

  private isPast(frame: Frame): boolean {
    return this.mediaTime(frame) <= this.playhead;
  }

  private mediaTime(frame: Frame): number {
    return frame.sequence / this.fps;
  }
}

function limited(change: number): number {
  return Math.min(RATE_LIMIT, Math.max(-RATE_LIMIT, change));
}
