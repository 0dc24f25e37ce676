/** Tells whether nobody has been there for some time. */
export class AbsenceDetector {
  private seenAt: number;

  /**
   * @param patience Seconds after which a place counts as empty.
   * @param now Seconds of any clock, as below.
   */
  constructor(
    private readonly patience: number,
    now: number,
  ) {
    this.seenAt = now;
  }

  /** @param present Whether somebody is there. */
  update(present: boolean, now: number): boolean {
    if (present) this.seenAt = now;
    return now - this.seenAt >= this.patience;
  }
}
