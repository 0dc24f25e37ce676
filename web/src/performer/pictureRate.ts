/** Seconds over which pictures are counted. */
const WINDOW = 3;

/** Measures how many pictures a camera takes, also those that this page was too busy to look at. */
export class PictureRate {
  /** Pictures per second; null while that is not known. */
  rate: number | null = null;
  private since = Number.NaN;
  private first = 0;

  /**
   * Takes in that a picture is shown.
   *
   * @param time Time on the camera's clock, seconds.
   * @param count Number of pictures up to this one.
   */
  update(time: number, count: number): void {
    const elapsed = time - this.since;
    if (elapsed < WINDOW) return;
    if (!Number.isNaN(elapsed)) this.rate = (count - this.first) / elapsed;
    this.since = time;
    this.first = count;
  }
}
