/** Seconds between two blinks, at least and at most. */
const SHORTEST = 1.8;
const LONGEST = 6;
/** Seconds that the lids take, down and up again. */
const DURATION = 0.16;

/** Lids that close for a moment, now and then. */
export class Blink {
  private wait: number;

  /** @param random Draws from [0, 1). */
  constructor(private readonly random: () => number) {
    this.wait = this.drawPause();
  }

  /** @returns How far the lids are closed now, 0 to 1, so many seconds later. */
  update(seconds: number): number {
    this.wait -= seconds;
    if (this.wait < -DURATION) this.wait = this.drawPause();
    return this.wait > 0 ? 0 : Math.sin((-this.wait / DURATION) * Math.PI);
  }

  private drawPause(): number {
    return SHORTEST + this.random() * (LONGEST - SHORTEST);
  }
}
