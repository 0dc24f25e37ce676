import type { Frame } from "../protocol/decodeFrame";
import { ArrivalClock } from "./arrivalClock";
import type { Ensemble } from "./ensemble";

const LONGEST_DELAY = 0.4;
/** For the display's own unevenness, seconds. */
const MARGIN = 0.01;
/** For want of frames, motion goes on this long past the newest, ever slower; then it is held. */
const EXTRAPOLATION = 0.1;
/** Playing faster by this share goes unnoticed. */
const CATCH_UP = 0.15;
/** Playing slower by up to this share is better than running dry. */
const HOLD_BACK = 0.5;
const HOLD_BACK_RATE = 5;
/** Beyond this many seconds, a cut is kinder than catching up. */
const JUMP = 0.5;
const CAPACITY = 120;

/**
 * Turns frames that arrive unevenly into motion that plays evenly.
 *
 * Frames are shown a little late, by as much as arrivals were seen to vary, and the playhead speeds
 * up or slows down slightly to stay there. Where the motion shown does not lead into what arrives,
 * after a gap or a lost connection, the ensemble blends over.
 */
export class PlayoutBuffer {
  /** How often the pose had to be held for want of frames. */
  underruns = 0;
  /** Frames that came when their moment had passed. */
  lateFrames = 0;
  private readonly arrivals = new ArrivalClock();
  /** By time; the first two or the only one are behind the playhead or next to it. */
  private readonly frames: Frame[] = [];
  /** Server's clock now shown, seconds; not a number before the first frame. */
  private playhead = Number.NaN;
  private sampledAt = 0;
  private held = false;
  private isCut = false;

  /** How much later than its quickest arrival a frame is shown, seconds. */
  get delay(): number {
    return Math.min(LONGEST_DELAY, this.arrivals.wait + MARGIN);
  }

  /** Takes in a frame that arrived now, seconds. */
  push(frame: Frame, now: number): void {
    this.arrivals.receive(frame.time, now);
    if (frame.time < this.playhead - JUMP) this.restart();
    const at = this.frames.findLastIndex((other) => other.time <= frame.time) + 1;
    if (this.frames[at - 1]?.time === frame.time) return;
    const newest = this.frames.at(-1);
    if (frame.time < this.playhead) {
      this.lateFrames++;
      if (at < this.frames.length) return;
    }
    // What was shown past the newest frame was a guess.
    if (newest && this.playhead > newest.time) this.isCut = true;
    this.frames.splice(at, 0, frame);
    if (this.frames.length > CAPACITY) this.frames.shift();
  }

  /**
   * Moves the dancers to where they are at this moment.
   *
   * @returns The frame that is being shown, or null when none has arrived yet.
   */
  sample(now: number, ensemble: Ensemble): Frame | null {
    const newest = this.frames.at(-1);
    if (newest === undefined) return null;
    const seconds = Math.max(0, now - this.sampledAt);
    this.sampledAt = now;
    const before = this.movePlayhead(now, seconds);
    if (this.isCut) this.locate(before, (from, to, alpha) => ensemble.cutTo(from, to, alpha));
    this.isCut = false;
    this.stopAfter(newest.time + EXTRAPOLATION);
    while (this.frames.length > 2 && (this.frames[1] as Frame).time <= this.playhead) {
      this.frames.shift();
    }
    return this.locate(this.playhead, (from, to, alpha) => {
      ensemble.interpolate(from, to, alpha, seconds);
      return alpha < 1 ? from : to;
    });
  }

  /** The server's clock was reset: times from before cannot be put in order with the new. */
  private restart(): void {
    this.frames.length = 0;
    this.playhead = Number.NaN;
  }

  /** Returns where on its present way the playhead was before. */
  private movePlayhead(now: number, seconds: number): number {
    const wanted = now - this.arrivals.pace - this.delay;
    const behind = wanted - this.playhead - seconds;
    const jumps = !(Math.abs(behind) < JUMP);
    if (jumps) this.isCut = true;
    const before = jumps ? wanted - seconds : this.playhead;
    this.playhead = jumps ? wanted : before + seconds * playbackRate(behind);
    return before;
  }

  private stopAfter(limit: number): void {
    const isDry = this.playhead >= limit;
    if (isDry) this.playhead = limit;
    if (isDry && !this.held) this.underruns++;
    this.held = isDry;
  }

  /** Hands on between which frames a moment lies, and where. */
  private locate<T>(time: number, use: (from: Frame, to: Frame, alpha: number) => T): T {
    const after = this.frames.findIndex((frame) => frame.time > time);
    const last = this.frames.length - 1;
    const to = this.frames[after < 0 ? last : Math.max(after, Math.min(1, last))] as Frame;
    const from = this.frames[this.frames.indexOf(to) - 1] ?? to;
    const length = to.time - from.time;
    const past = Math.min(EXTRAPOLATION, Math.max(0, time - to.time));
    const reached = past > 0 ? to.time + slowing(past) : time;
    return use(from, to, length > 0 ? Math.max(0, (reached - from.time) / length) : 0);
  }
}

/** How far motion goes that slows down evenly, to stand still after `EXTRAPOLATION`; seconds. */
function slowing(seconds: number): number {
  return seconds - seconds ** 2 / (2 * EXTRAPOLATION);
}

/** Media seconds that pass in a second. */
function playbackRate(behind: number): number {
  if (behind > 0) return 1 + Math.min(CATCH_UP, behind);
  return 1 + Math.max(-HOLD_BACK, HOLD_BACK_RATE * behind);
}
