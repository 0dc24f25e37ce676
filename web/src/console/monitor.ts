import { fetchLook } from "../looks/fetchLook";
import type { Frame } from "../protocol/decodeFrame";
import type { Controls, Hello } from "../protocol/messages";
import { Figures } from "../show/figures";
import { rendersInSoftware } from "../stage/rendersInSoftware";
import { Stage } from "../stage/stage";

/** Between two drawings, seconds: enough to watch, and light on a tablet. */
const PERIOD = 1 / 31;

/** The stage as the audience sees it, small. */
export class Monitor {
  private readonly canvas: HTMLCanvasElement;
  private readonly stage: Stage | null;
  private cast: Figures | null = null;
  private hello: Hello | null = null;
  private controls: Controls | null = null;
  private movedAt = 0;
  private drawnAt = 0;

  /** @param root Holds a canvas, and a paragraph for what goes wrong. */
  constructor(private readonly root: HTMLElement) {
    this.canvas = root.querySelector("canvas") as HTMLCanvasElement;
    this.stage = this.open();
    new ResizeObserver(() => this.resize()).observe(this.canvas);
  }

  /** Shows who dances, once the looks are fetched. */
  async present(hello: Hello): Promise<void> {
    this.hello = hello;
    const look = this.look;
    const [partner, performer] = await Promise.all([fetchLook(look), fetchLook("ghost")]);
    if (this.hello !== hello || this.look !== look) return;
    const wardrobe = {
      provideLook: (kind: "partner" | "performer") =>
        (kind === "partner" ? partner : performer)(hello.skeleton),
      releaseLook: (gone: { dispose(): void }) => gone.dispose(),
    };
    const before = this.cast;
    this.cast = new Figures(
      hello,
      wardrobe,
      (figures) => this.stage?.setFigures(figures, hello.stage_radius),
      before,
    );
    if (this.controls) this.cast.applyControls(this.controls);
    before?.renewLooks();
  }

  follow(controls: Controls): void {
    const before = this.look;
    this.controls = controls;
    this.cast?.applyControls(controls);
    this.root.dataset.panic = controls.panic;
    if (this.cast && this.hello && this.look !== before) void this.present(this.hello);
  }

  /** Takes in the bytes of a frame that arrived now, seconds. */
  receiveFrame(bytes: ArrayBuffer, now: number): void {
    this.cast?.receiveFrame(bytes, now);
  }

  /**
   * Shows this moment.
   *
   * @param now Seconds of the clock of `receiveFrame`.
   * @param serverNow The server's clock now, seconds; null while it is not known.
   * @returns The frame that is shown, or null before the first has come.
   */
  draw(now: number, serverNow: number | null): Frame | null {
    const shown = this.cast?.update(now, now - this.movedAt, serverNow) ?? null;
    this.movedAt = now;
    const visible = this.canvas.offsetParent !== null;
    if (!visible || now - this.drawnAt < PERIOD) return shown;
    this.stage?.draw(now - this.drawnAt);
    this.drawnAt = now;
    return shown;
  }

  private get look(): string {
    return this.controls?.look ?? "";
  }

  private open(): Stage | null {
    const probe = document.createElement("canvas").getContext("webgl2");
    if (probe === null) {
      (this.root.querySelector("p") as HTMLElement).hidden = false;
      return null;
    }
    return new Stage(this.canvas, rendersInSoftware(probe) ? "low" : "auto");
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    if (clientWidth > 0) this.stage?.resize(clientWidth, clientHeight, 0);
  }
}
