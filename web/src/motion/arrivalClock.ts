const WINDOW = 90;
const RESTART_SECONDS = 0.5;
const QUANTILE = 0.98;

/**
 * Learns from arrivals how the server's clock relates to this client's, and how long to wait.
 *
 * The quickest arrival of the last frames marks the true pace. What the others are behind it is
 * jitter, and a frame that was left out on the way makes its predecessor last longer. A window,
 * rather than all time, follows clocks that run apart.
 */
export class ArrivalClock {
  /** Client time minus server time of the quickest arrival, seconds. */
  pace = 0;
  /** How long after a frame at that pace its successor is there, nearly always; seconds. */
  wait = 0;
  private readonly offsets = new Float64Array(WINDOW);
  private readonly waits = new Float64Array(WINDOW);
  private readonly sorted = new Float64Array(WINDOW);
  private count = 0;
  private newest = 0;

  /**
   * Takes in that a frame has arrived.
   *
   * @param time Server's clock of the frame, seconds.
   * @param now This client's clock, seconds.
   */
  receive(time: number, now: number): void {
    const offset = now - time;
    // A server that was restarted has another clock: the old pace is then of no use.
    if (Math.abs(offset - this.pace) > RESTART_SECONDS) this.count = 0;
    const gap = this.count > 0 ? Math.max(0, time - this.newest) : 0;
    const at = this.count++ % WINDOW;
    this.offsets[at] = offset;
    this.waits[at] = offset + gap;
    this.newest = this.count > 1 ? Math.max(this.newest, time) : time;
    this.measure(Math.min(this.count, WINDOW));
  }

  private measure(size: number): void {
    const sorted = this.sorted.subarray(0, size);
    sorted.set(this.waits.subarray(0, size));
    sorted.sort();
    this.pace = Math.min(...this.offsets.subarray(0, size));
    this.wait = (sorted[Math.floor(QUANTILE * (size - 1))] as number) - this.pace;
  }
}
