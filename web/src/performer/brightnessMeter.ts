const WIDTH = 16;
const HEIGHT = 12;

/** Measures how light a picture is. */
export class BrightnessMeter {
  private readonly context: CanvasRenderingContext2D | null;

  constructor() {
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
  }

  /** Returns the mean of the picture now shown by a video, from 0 for black to 1 for white. */
  measure(video: HTMLVideoElement): number {
    if (this.context === null) return 1;
    this.context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    const { data } = this.context.getImageData(0, 0, WIDTH, HEIGHT);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) {
      sum += (data[at] as number) + (data[at + 1] as number) + (data[at + 2] as number);
    }
    return sum / (3 * 255 * WIDTH * HEIGHT);
  }
}
