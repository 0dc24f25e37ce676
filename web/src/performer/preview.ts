import type { Person } from "../protocol/encodeLandmarks";
import { landmarkBones } from "./landmarkBones";

const VISIBLE = 0.5;

/** The performers' own picture with what was found in it, as in a mirror. */
export class Preview {
  private readonly video: HTMLVideoElement;
  private readonly canvas: HTMLCanvasElement;

  /** @param frame Holds a video and a canvas. */
  constructor(private readonly frame: HTMLElement) {
    this.video = frame.querySelector("video") as HTMLVideoElement;
    this.canvas = frame.querySelector("canvas") as HTMLCanvasElement;
  }

  /** Plays a camera and returns the video that shows it. */
  async show(stream: MediaStream): Promise<HTMLVideoElement> {
    this.video.srcObject = stream;
    this.frame.hidden = false;
    await this.video.play();
    this.canvas.width = this.video.videoWidth;
    this.canvas.height = this.video.videoHeight;
    this.frame.style.setProperty("--aspect", `${this.canvas.width / this.canvas.height}`);
    return this.video;
  }

  draw(people: readonly Person[]): void {
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const { width, height } = this.canvas;
    context.reset();
    context.translate(width / 2, height / 2);
    context.strokeStyle = "#ffd9ac";
    context.lineCap = "round";
    context.lineWidth = Math.max(2, width / 110);
    context.beginPath();
    for (const { image, world } of people) {
      for (const bone of landmarkBones) {
        const [a, b] = bone.map((index) => image[index]);
        if (!a || !b || bone.some((i) => (world[i]?.visibility ?? 0) < VISIBLE)) continue;
        context.moveTo(a.x * height, a.y * height);
        context.lineTo(b.x * height, b.y * height);
      }
    }
    context.stroke();
  }

  hide(): void {
    this.frame.hidden = true;
    this.video.srcObject = null;
  }
}
