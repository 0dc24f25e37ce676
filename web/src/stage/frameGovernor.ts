/** Frames that are judged together. */
const WINDOW = 45;
/** A window also ends after so many seconds, or a slow machine would wait long for help. */
const LONGEST_WINDOW = 2;
const FEWEST = 5;
/** A frame this much longer than the display's period was missed. */
const MISSED = 1.5;
/** Shares of missed frames above which to step down, and below which a step up may be tried. */
const TOO_MANY = 0.2;
const NEARLY_NONE = 0.04;
/** Seconds of calm before a step up; doubled each time that one proves too much. */
const PATIENCE = 8;
const LONGEST_PATIENCE = 600;
/** A step up that must be taken back within so many seconds proved too much. */
const PROBATION = 15;
/** Periods of displays, seconds; frames that come even quicker than the quickest are not a display's. */
const SLOWEST_PERIOD = 1 / 60;
const QUICKEST_PERIOD = 1 / 240;

/**
 * Chooses how much to draw, so that the display's rate is held.
 *
 * Knows nothing but the time between frames. Levels go from 0, the least, to a highest one.
 */
export class FrameGovernor {
  private period = SLOWEST_PERIOD;
  private readonly window = new Float64Array(WINDOW);
  private readonly sorted = new Float64Array(WINDOW);
  private count = 0;
  private sum = 0;
  private calm = 0;
  private sinceRise = Number.POSITIVE_INFINITY;
  private patience = PATIENCE;

  constructor(
    public level: number,
    private readonly highest: number,
  ) {}

  /**
   * Takes in that a frame took so many seconds.
   *
   * @returns Whether the level has changed.
   */
  update(seconds: number): boolean {
    this.window[this.count++] = seconds;
    this.sum += seconds;
    const slow = this.sum > LONGEST_WINDOW && this.count >= FEWEST;
    if (this.count < WINDOW && !slow) return false;
    const before = this.level;
    this.judgeWindow(this.sum);
    this.count = 0;
    this.sum = 0;
    return this.level !== before;
  }

  private judgeWindow(seconds: number): void {
    this.sinceRise += seconds;
    const missed = this.missedShare();
    if (missed > TOO_MANY) this.stepDown();
    else if (missed > NEARLY_NONE) this.calm = 0;
    else this.calm += seconds;
    if (this.calm >= this.patience) this.stepUp();
  }

  private missedShare(): number {
    const frames = this.sorted.subarray(0, this.count);
    frames.set(this.window.subarray(0, this.count));
    frames.sort();
    const median = frames[Math.floor(this.count / 2)] as number;
    this.period = Math.min(this.period, Math.max(QUICKEST_PERIOD, median));
    let missed = 0;
    for (const frame of frames) if (frame > MISSED * this.period) missed++;
    return missed / this.count;
  }

  private stepDown(): void {
    this.calm = 0;
    if (this.sinceRise < PROBATION) {
      this.patience = Math.min(LONGEST_PATIENCE, 2 * this.patience);
    }
    this.sinceRise = Number.POSITIVE_INFINITY;
    this.level = Math.max(0, this.level - 1);
  }

  private stepUp(): void {
    this.calm = 0;
    if (this.level === this.highest) return;
    this.level++;
    this.sinceRise = 0;
  }
}
