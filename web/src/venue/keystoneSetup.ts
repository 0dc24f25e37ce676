import { texts } from "../language/texts";
import { fullScreenCorners } from "./fullScreenCorners";
import { isConvex } from "./isConvex";
import type { PictureCorner, PictureCorners } from "./pictureCorners";

export interface KeystoneListener {
  /** The corners were moved; null for the whole screen. */
  changed(corners: PictureCorners | null): void;
  done(): void;
}

/** How far an arrow key moves a corner, and with the shift key, in shares of the screen. */
const STEP = 0.001;
const LARGE_STEP = 0.01;
const ARROWS: Readonly<Record<string, PictureCorner>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Lets somebody fit the picture to a wall, corner by corner. */
export class KeystoneSetup {
  private readonly panel = document.createElement("section");
  private readonly handles: readonly HTMLButtonElement[];

  constructor(
    private corners: PictureCorners,
    private readonly listener: KeystoneListener,
  ) {
    const help = document.createElement("p");
    help.textContent = texts.keystone.help;
    const tools = document.createElement("div");
    tools.append(
      help,
      button(texts.keystone.reset, () => this.setCorners(fullScreenCorners)),
      button(texts.keystone.done, () => this.close()),
    );
    this.handles = texts.keystone.corners.map((name, i) => this.handle(name, i));
    this.panel.id = "keystone";
    this.panel.append(tools, ...this.handles);
    document.body.append(this.panel);
    this.placeHandles();
    this.handles[0]?.focus();
  }

  private handle(name: string, i: number): HTMLButtonElement {
    const handle = button("", () => {});
    handle.ariaLabel = name;
    handle.className = "corner";
    handle.onpointerdown = ({ pointerId }) => handle.setPointerCapture(pointerId);
    handle.onpointermove = ({ pointerId, clientX, clientY }) => {
      if (!handle.hasPointerCapture(pointerId)) return;
      this.moveCorner(i, [clientX / innerWidth, clientY / innerHeight]);
    };
    handle.onkeydown = (event) => {
      const [dx, dy] = ARROWS[event.key] ?? [0, 0];
      const step = event.shiftKey ? LARGE_STEP : STEP;
      const [x, y] = this.corners[i] as PictureCorner;
      if (dx !== 0 || dy !== 0) this.moveCorner(i, [x + dx * step, y + dy * step]);
    };
    return handle;
  }

  private moveCorner(i: number, corner: PictureCorner): void {
    const corners = this.corners.with(i, corner) as unknown as PictureCorners;
    if (isConvex(corners)) this.setCorners(corners);
  }

  private setCorners(corners: PictureCorners): void {
    this.corners = corners;
    this.listener.changed(corners === fullScreenCorners ? null : corners);
    this.placeHandles();
  }

  private placeHandles(): void {
    this.handles.forEach((handle, i) => {
      const [x, y] = this.corners[i] as PictureCorner;
      handle.style.left = `${x * 100}%`;
      handle.style.top = `${y * 100}%`;
    });
  }

  private close(): void {
    this.panel.remove();
    this.listener.done();
  }
}

function button(text: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.onclick = act;
  return made;
}
