import { DAY, secondsOf, type Timecode } from "./timecode";

/** A frame of linear timecode that the frame before it confirms. */
export interface LtcFrame extends Timecode {
  /** Frames a second: 24, 25 or 30; 30 stands for 29.97 as well, whose digits count 30 frames. */
  readonly fps: number;
}

/** Bits of a frame, the synchronising word the last 16 of them. */
const FRAME = 80;
const WORD = 16;
/** The synchronising word as it comes forward, and in reverse. */
const FORWARD = 0b0011_1111_1111_1101;
const REVERSE = 0b1011_1111_1111_1100;
const RATES = [24, 25, 30];
/** Lengths between two edges, in bits: a half, a whole, and no signal any more. */
const [WHOLE, GAP] = [0.75, 1.6];
/** How fast the length of a bit follows a tape whose speed varies. */
const FOLLOW = 0.1;
/** Share of the loudness that a signal must cross beyond zero: noise on an edge is no edge. */
const HYSTERESIS = 0.25;
/** Below this nothing counts as signal. */
const QUIET = 0.002;
/** Seconds after which hum is gone from the zero line, and a loud sound from the loudness. */
const [HUM, LOUD] = [0.005, 0.02];

/**
 * Decodes linear timecode: samples in, frames out; no sound device and no clock.
 *
 * A bit is a time between two edges, with another edge in its middle if it is a one ("biphase
 * mark"), after SMPTE ST 12-1. Neither polarity nor loudness matter, and the length of a bit is
 * followed.
 */
export class LtcDecoder {
  private readonly bits = new Uint8Array(FRAME);
  private zero = 0;
  private loudness = 0;
  private high = false;
  /** Of the newest edge, samples since the start. */
  private edge = 0;
  private now = 0;
  /** Samples of a bit. */
  private length: number;
  /** Samples of the first half of a one; 0 while none waits. */
  private half = 0;
  /** The newest 16 bits. */
  private word = 0;
  /** Bits since the signal began, since a word in reverse, and since the newest frame. */
  private count = 0;
  private sinceReverse = 0;
  private sinceFrame = 0;
  private before: { digits: Digits; end: number } | null = null;

  /** @param rate Samples a second. */
  constructor(private readonly rate: number) {
    this.length = rate / (FRAME * 27);
  }

  /**
   * Takes in the next samples.
   *
   * @param samples In [-1, 1].
   * @param start When the first of them was heard, seconds of any clock.
   * @returns Frames that end among them, `at` on that clock.
   */
  receive(samples: Float32Array, start: number): LtcFrame[] {
    const frames: LtcFrame[] = [];
    const first = this.now;
    const [followZero, keepLoudness] = [1 / (HUM * this.rate), 1 - 1 / (LOUD * this.rate)];
    for (const sample of samples) {
      this.now += 1;
      this.zero += (sample - this.zero) * followZero;
      const value = sample - this.zero;
      this.loudness = Math.max(Math.abs(value), this.loudness * keepLoudness);
      const needed = Math.max(HYSTERESIS * this.loudness, QUIET);
      if (this.high ? value > -needed : value < needed) continue;
      this.high = !this.high;
      const speed = this.edgeFound();
      const frame = speed && this.frameFound(speed, start + (this.now - first) / this.rate);
      if (frame) frames.push(frame);
    }
    return frames;
  }

  /** @returns Direction of the frame that the edge completes; 0 if it completes none. */
  private edgeFound(): -1 | 0 | 1 {
    const span = this.now - this.edge;
    this.edge = this.now;
    if (span > GAP * this.length) {
      this.half = this.count = this.sinceReverse = this.sinceFrame = 0;
      return 0;
    }
    if (span < WHOLE * this.length) {
      if (this.half === 0) {
        this.half = span;
        return 0;
      }
      return this.bitFound(1, this.half + span);
    }
    return this.bitFound(0, span);
  }

  private bitFound(bit: 0 | 1, span: number): -1 | 0 | 1 {
    this.half = 0;
    this.length += (span - this.length) * FOLLOW;
    this.bits.copyWithin(0, 1);
    this.bits[FRAME - 1] = bit;
    this.word = ((this.word << 1) | bit) & 0xffff;
    this.count += 1;
    this.sinceFrame += 1;
    this.sinceReverse = this.word === REVERSE ? WORD : this.sinceReverse && this.sinceReverse + 1;
    if (this.sinceReverse === FRAME) return -1;
    return this.word === FORWARD && this.count >= FRAME ? 1 : 0;
  }

  /** @param at When it ended, seconds of the clock of the samples. */
  private frameFound(speed: -1 | 1, at: number): LtcFrame | null {
    const digits = readDigits(speed === 1 ? this.bits : this.bits.toReversed());
    const { before } = this;
    const follows = this.sinceFrame === FRAME && before !== null;
    this.before = { digits, end: this.now };
    this.sinceFrame = 0;
    if (!follows) return null;
    const fps = nearestRate(this.rate / (this.now - before.end));
    const position = secondsOf(digits, fps);
    const earlier = secondsOf(before.digits, fps);
    if (position === null || earlier === null) return null;
    // Where frames are dropped, the digits go on by three.
    const moved = speed * (position - earlier) * fps;
    if (moved < 0.5 || moved > 3.5) return null;
    // A frame tells when it began: that is now in reverse, and a frame ago forward.
    const here = Math.min(position + (speed === 1 ? 1 / fps : 0), DAY - 1e-3);
    return { position: here, speed, at, fps };
  }
}

type Digits = readonly [hours: number, minutes: number, seconds: number, frames: number];

function readDigits(bits: Uint8Array): Digits {
  const number = (first: number, count: number) =>
    bits.subarray(first, first + count).reduceRight((sum, bit) => 2 * sum + bit, 0);
  const pair = (first: number, tens: number) => number(first, 4) + 10 * number(first + 8, tens);
  return [pair(48, 2), pair(32, 3), pair(16, 3), pair(0, 2)];
}

function nearestRate(fps: number): number {
  return RATES.reduce((best, rate) => (Math.abs(rate - fps) < Math.abs(best - fps) ? rate : best));
}
