/** Seconds without a new frame on the screen after which a page counts as stuck. */
const PATIENCE = 30;
const LONGEST_PATIENCE = 600;

/** Tells when a page is stuck; what it tried in vain, it tries ever less often. */
export class Watchdog {
  private aliveAt: number;
  private readonly patience: number;

  /**
   * @param now Seconds of any clock, as everywhere here.
   * @param attempts How often reloading was tried since a frame was last seen.
   */
  constructor(now: number, attempts: number) {
    this.aliveAt = now;
    this.patience = Math.min(LONGEST_PATIENCE, PATIENCE * 2 ** attempts);
  }

  /** A new frame is on the screen, or none could be. */
  noteAlive(now: number): void {
    this.aliveAt = now;
  }

  isStuck(now: number): boolean {
    return now - this.aliveAt > this.patience;
  }
}
