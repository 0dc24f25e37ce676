import type { Beat } from "../protocol/messages";

/** A longer pause starts a new tempo, seconds; the slowest tempo has a beat in 3 s. */
const PAUSE = 3.1;
/** Taps that count. */
const WINDOW = 9;
const FEWEST = 3;

/** Learns a tempo from taps. */
export class TapTempo {
  private taps: number[] = [];

  /**
   * Takes in a tap.
   *
   * @param now Seconds of any clock.
   * @returns The beat, `at` on that clock; null before the third tap.
   */
  tap(now: number): Beat | null {
    if (now - (this.taps.at(-1) ?? now) > PAUSE) this.taps = [];
    this.taps = [...this.taps, now].slice(-WINDOW);
    if (this.taps.length < FEWEST) return null;
    return this.fitLine();
  }

  /** The straight line through the taps: no single one of them is believed. */
  private fitLine(): Beat {
    const count = this.taps.length;
    const middle = (count - 1) / 2;
    const mean = this.taps.reduce((sum, tap) => sum + tap, 0) / count;
    let [products, squares] = [0, 0];
    this.taps.forEach((tap, i) => {
      products += (i - middle) * (tap - mean);
      squares += (i - middle) ** 2;
    });
    const period = products / squares;
    return { bpm: clampTempo(60 / period), at: mean + (count - 1 - middle) * period };
  }
}

function clampTempo(bpm: number): number {
  return Math.min(400, Math.max(20, bpm));
}
