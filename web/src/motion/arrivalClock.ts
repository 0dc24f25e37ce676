const WINDOW = 90;
const RESTART_SECONDS = 0.5;
const JITTER_QUANTILE = 0.98;

/**
 * Learns from arrivals how media time relates to this client's clock, and how evenly frames come.
 *
 * The quickest arrival of the last three seconds marks the true pace; what the others are behind
 * it is jitter. A window, rather than all time, follows clocks that run apart.
 */
export class ArrivalClock {
  /** Client time minus media time of the quickest arrival, seconds. */
  pace = 0;
  /** How much later nearly every frame arrives at most, seconds. */
  jitter = 0;
  private readonly offsets = new Float64Array(WINDOW);
  private readonly sorted = new Float64Array(WINDOW);
  private count = 0;

  /** Both in seconds. */
  receive(mediaTime: number, now: number): void {
    const offset = now - mediaTime;
    // A stalled server goes on with the next number: the old pace is then of no use.
    if (Math.abs(offset - this.pace) > RESTART_SECONDS) this.count = 0;
    this.offsets[this.count++ % WINDOW] = offset;
    const size = Math.min(this.count, WINDOW);
    const sorted = this.sorted.subarray(0, size);
    sorted.set(this.offsets.subarray(0, size));
    sorted.sort();
    this.pace = sorted[0] as number;
    this.jitter = (sorted[Math.floor(JITTER_QUANTILE * (size - 1))] as number) - this.pace;
  }
}
