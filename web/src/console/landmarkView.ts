import { landmarkBones } from "../performer/landmarkBones";

/** Between two looks at the landmarks, milliseconds. */
const PERIOD = 100;
/** The same where there is nothing to see, or no leave to. */
const PATIENT_PERIOD = 1000;
/** Seconds after which landmarks say nothing about now. */
const STALE = 1;
const VISIBLE = 0.5;
/** Width of a camera's picture by its height. */
const ASPECT = 16 / 9;
const COLOURS = ["#ffd9ac", "#9bd1ff", "#b7f0a8", "#ffb0d8"];

/** For each person their landmarks: place in picture heights from the middle, and visibility. */
export interface Seen {
  readonly time: number | null;
  readonly people: readonly (readonly (readonly [x: number, y: number, visibility: number])[])[];
}

/** What the camera finds: landmarks in the frame of its picture. The picture itself stays there. */
export class LandmarkView {
  private readonly canvas: HTMLCanvasElement;

  /**
   * @param root Holds a canvas and a caption.
   * @param fetchLandmarks Asks the server for them; null where the page has no leave to.
   * @param serverNow Tells the server's clock, seconds; null while it is not known.
   */
  constructor(
    root: HTMLElement,
    private readonly fetchLandmarks: () => Promise<Seen> | null,
    private readonly serverNow: () => number | null,
  ) {
    this.canvas = root.querySelector("canvas") as HTMLCanvasElement;
  }

  /** Looks again and again, as long as it can be seen. */
  async watchLandmarks(): Promise<void> {
    const wanted = this.canvas.offsetParent !== null && !document.hidden;
    const seen = wanted ? await this.fetchLandmarks()?.catch(() => null) : null;
    this.draw(seen && this.fresh(seen) ? seen : null);
    setTimeout(() => void this.watchLandmarks(), seen ? PERIOD : PATIENT_PERIOD);
  }

  private fresh({ time }: Seen): boolean {
    const now = this.serverNow();
    return time !== null && now !== null && now - time < STALE;
  }

  private draw(seen: Seen | null): void {
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    Object.assign(this.canvas, { height, width: Math.round(height * ASPECT) });
    context.translate(this.canvas.width / 2, height / 2);
    context.lineWidth = Math.max(2, height / 70);
    context.lineCap = "round";
    seen?.people.forEach((person, i) => {
      context.strokeStyle = context.fillStyle = COLOURS[i % COLOURS.length] as string;
      context.beginPath();
      for (const [from, to] of landmarkBones) {
        const [a, b] = [person[from], person[to]];
        if (!a || !b || a[2] < VISIBLE || b[2] < VISIBLE) continue;
        context.moveTo(a[0] * height, a[1] * height);
        context.lineTo(b[0] * height, b[1] * height);
      }
      context.stroke();
      for (const [x, y, visibility] of person) {
        const size = context.lineWidth * 1.4;
        if (visibility >= VISIBLE)
          context.fillRect(x * height - size / 2, y * height - size / 2, size, size);
      }
    });
  }
}
