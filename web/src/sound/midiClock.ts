import type { Beat } from "../protocol/messages";

const TICKS_PER_BEAT = 24;
const TICKS_PER_BAR = 4 * TICKS_PER_BEAT;
/** A song position counts sixteenths, of six ticks each. */
const TICKS_PER_SIXTEENTH = 6;
/** Ticks that the line is laid through: a bar, so that a tick that comes late counts little. */
const WINDOW = TICKS_PER_BAR;
const FEWEST = TICKS_PER_BEAT;
/** A longer silence is the end of the clock, seconds. */
export const SILENCE = 0.5;
/** Ticks in a row that are farther from the line than this, seconds, belong to another tempo. */
const ASTRAY = 0.015;
const ASTRAY_TICKS = 3;
/** A beat that has moved by more than this is worth telling, seconds. */
const MOVED = 0.001;

const [POSITION, TICK, START, CONTINUE] = [0xf2, 0xf8, 0xfa, 0xfb];

/**
 * Hears the beat of a MIDI clock: bytes and times in, beats out.
 *
 * Ticks arrive unevenly, by some milliseconds. So no tick is believed: a straight line through the
 * last 96, by least squares, tells tempo and beat.
 */
export class MidiClock {
  private ticks: { readonly index: number; readonly time: number }[] = [];
  /** Number of the next tick since the start of the song. */
  private next = 0;
  private astray = 0;
  private told: Beat | null = null;

  /**
   * Takes in a message.
   *
   * @param data One MIDI message; those that are no clock's are ignored.
   * @param time When it came, seconds of any clock.
   * @returns A beat where there is news, `at` the beginning of a bar on that clock; else null.
   */
  receive(data: ArrayLike<number>, time: number): Beat | null {
    if (data[0] === START) this.moveTo(0);
    if (data[0] === CONTINUE) this.moveTo(this.next);
    if (data[0] === POSITION) this.moveTo(positionOf(data) * TICKS_PER_SIXTEENTH);
    return data[0] === TICK ? this.tick(time) : null;
  }

  /** Whether ticks come. */
  ticksAt(now: number): boolean {
    const last = this.ticks.at(-1);
    return last !== undefined && now - last.time < SILENCE;
  }

  private moveTo(index: number): void {
    this.ticks = this.ticks.map((tick) => ({ ...tick, index: tick.index + index - this.next }));
    this.next = index;
    this.told = null;
  }

  private tick(time: number): Beat | null {
    if (!this.ticksAt(time)) this.ticks = [];
    this.keepTempo(time);
    this.ticks = [...this.ticks, { index: this.next, time }].slice(-WINDOW);
    this.next += 1;
    const onBeat = (this.next - 1) % TICKS_PER_BEAT === 0;
    if (this.ticks.length < FEWEST || (this.told !== null && !onBeat)) return null;
    const beat = this.fitLine();
    if (beat === null || (this.told !== null && Math.abs(drift(this.told, beat, time)) < MOVED))
      return null;
    this.told = beat;
    return beat;
  }

  /** Forgets the ticks of another tempo. */
  private keepTempo(time: number): void {
    const line = this.ticks.length < FEWEST ? null : this.line();
    const off = line !== null && Math.abs(time - line.timeOf(this.next)) > ASTRAY;
    this.astray = off ? this.astray + 1 : 0;
    if (this.astray < ASTRAY_TICKS) return;
    this.ticks = this.ticks.slice(1 - ASTRAY_TICKS);
    this.astray = 0;
    this.told = null;
  }

  private fitLine(): Beat | null {
    const { period, timeOf } = this.line();
    const bpm = 60 / (period * TICKS_PER_BEAT);
    const bar = Math.floor((this.next - 1) / TICKS_PER_BAR) * TICKS_PER_BAR;
    return bpm >= 20 && bpm <= 400 ? { bpm, at: timeOf(bar) } : null;
  }

  private line(): { period: number; timeOf: (index: number) => number } {
    const count = this.ticks.length;
    const middle = this.ticks.reduce((sum, { index }) => sum + index, 0) / count;
    const mean = this.ticks.reduce((sum, { time }) => sum + time, 0) / count;
    let [products, squares] = [0, 0];
    for (const { index, time } of this.ticks) {
      products += (index - middle) * (time - mean);
      squares += (index - middle) ** 2;
    }
    const period = products / squares;
    return { period, timeOf: (index) => mean + (index - middle) * period };
  }
}

function positionOf(data: ArrayLike<number>): number {
  return ((data[1] ?? 0) & 127) + 128 * ((data[2] ?? 0) & 127);
}

/** How far the beat that was told is from another one by now, seconds. */
function drift(told: Beat, beat: Beat, now: number): number {
  const here = Math.round(((now - beat.at) * beat.bpm) / 60);
  const there = Math.round(((now - told.at) * told.bpm) / 60);
  return told.at + (there * 60) / told.bpm - (beat.at + (here * 60) / beat.bpm);
}
