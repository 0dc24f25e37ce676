import type { ImagePoint, Landmarks } from "../protocol/encodeLandmarks";
import type { Region } from "./region";
import { trunkLength } from "./track";

/** Bones drawn thick: they fill a body from its nose to its wrists and ankles. */
const LIMBS = [
  [0, 11], [0, 12], [11, 24], [12, 23], [11, 23], [12, 24], [11, 13], [12, 14],
  [13, 15], [14, 16], [23, 25], [24, 26], [25, 27], [26, 28],
] as const; // biome-ignore format: pairs are read side by side
/** Of the trunk's length: width of a limb, clothes included, and radius of a head with its hair. */
const THICK = 0.35;
const HEAD = 0.28;

/** A picture with people painted over in its mean colour, as in `server/capture/pose_view.py`. */
export class PersonView {
  private readonly shown = contextOf();
  private readonly covered = contextOf();
  private readonly mean = contextOf();

  constructor(private readonly picture: HTMLCanvasElement) {}

  /** Shows only what is in a region, without others; those behind are seen where `own` is. */
  only(
    region: Region,
    own: Landmarks | null,
    before: readonly Landmarks[],
    behind: readonly Landmarks[],
  ): HTMLCanvasElement {
    return this.paint((covered) => {
      covered.fillRect(-9, -9, 18, 18);
      covered.globalCompositeOperation = "destination-out";
      fillSquare(covered, region);
      covered.globalCompositeOperation = "source-over";
      for (const person of behind) fillBody(covered, person);
      covered.globalCompositeOperation = "destination-out";
      if (own) fillBody(covered, own);
      covered.globalCompositeOperation = "source-over";
      for (const person of before) fillBody(covered, person);
    });
  }

  /** Shows everybody but some. */
  without(people: readonly Landmarks[]): HTMLCanvasElement {
    return this.paint((covered) => {
      for (const person of people) fillBody(covered, person);
    });
  }

  private paint(cover: (covered: CanvasRenderingContext2D) => void): HTMLCanvasElement {
    const { shown, covered, mean, picture } = this;
    const { width, height } = picture;
    Object.assign(shown.canvas, { width, height });
    Object.assign(covered.canvas, { width, height });
    Object.assign(mean.canvas, { width: 1, height: 1 });
    mean.imageSmoothingQuality = "high";
    mean.drawImage(picture, 0, 0, 1, 1);
    covered.setTransform(height, 0, 0, height, width / 2, height / 2);
    cover(covered);
    covered.resetTransform();
    covered.globalCompositeOperation = "source-in";
    covered.drawImage(mean.canvas, 0, 0, width, height);
    shown.drawImage(picture, 0, 0);
    shown.drawImage(covered.canvas, 0, 0);
    return shown.canvas;
  }
}

function contextOf(): CanvasRenderingContext2D {
  return document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
}

function fillSquare(context: CanvasRenderingContext2D, { centre, side, angle }: Region): void {
  context.save();
  context.translate(centre.x, centre.y);
  context.rotate(angle);
  context.fillRect(-side / 2, -side / 2, side, side);
  context.restore();
}

function fillBody(context: CanvasRenderingContext2D, { image }: Landmarks): void {
  const trunk = trunkLength(image);
  context.lineCap = "round";
  context.lineWidth = THICK * trunk;
  context.beginPath();
  for (const [from, to] of LIMBS) {
    const [a, b] = [image[from] as ImagePoint, image[to] as ImagePoint];
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
  }
  context.stroke();
  const nose = image[0] as ImagePoint;
  context.beginPath();
  context.arc(nose.x, nose.y, HEAD * trunk, 0, 2 * Math.PI);
  context.fill();
}
