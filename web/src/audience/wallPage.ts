import { makeElement } from "../page/makeElement";
import { Notice } from "../page/notice";
import { refusalSentence } from "../page/refusalSentence";
import type { Settings } from "../page/settings";
import { versionMismatch } from "../page/versionMismatch";
import { visitorKey } from "../page/visitorKey";
import type { Refused } from "../protocol/messages";
import type { Quality } from "../quality";
import { StageClient } from "../show/stageClient";
import { Venue } from "../venue/venue";

/** How long a stage that is not there is left alone before it is asked for again, milliseconds. */
const RETURN = 10_000;

/** Several stages as one picture, side by side and without a seam; a page to look at only. */
export class WallPage {
  private readonly picture = document.querySelector("#picture") as HTMLElement;
  private readonly notice = new Notice();
  private readonly venue: Venue;
  private readonly tiles: readonly WallTile[];

  /** @param best The highest tier of drawing that this machine may try. */
  constructor(
    private readonly settings: Settings,
    best: Quality,
  ) {
    document.documentElement.dataset.wall = "";
    document.querySelector("#stage")?.remove();
    document.querySelector("#controls")?.remove();
    this.tiles = settings.wall.map((stage) => {
      const tile = new WallTile({ ...settings, stage }, best, {
        refused: (refused) => this.refused(tile, refused),
        frameShown: (sequence) => this.venue.frameShown(sequence),
      });
      return tile;
    });
    this.picture.prepend(...this.tiles.map(({ element }) => element));
    this.venue = new Venue(settings, {
      idleChanged: () => {},
      litChanged: (lit) => {
        for (const { client } of this.tiles) client.setLit(lit);
      },
    });
  }

  start(): void {
    const { complaints } = this.settings;
    if (complaints.length > 0) this.notice.tell(complaints.join(" "));
    this.venue.performerSeen = true;
    this.venue.start();
    for (const tile of this.tiles) tile.start();
  }

  private refused({ client, element }: WallTile, { name }: Refused): void {
    if (name === "unsupported_version") versionMismatch.tell(this.notice, this.settings.kiosk);
    element.dataset.refusal = refusalSentence(name) ?? "";
    if (client.connection.state === "refused") setTimeout(() => client.connection.start(), RETURN);
  }
}

interface TileListener {
  refused(refused: Refused): void;
  frameShown(sequence: number): void;
}

/** One stage of the wall. */
class WallTile {
  readonly element: HTMLElement;
  readonly client: StageClient;
  private readonly canvas = makeElement("canvas", {});

  constructor(settings: Settings, best: Quality, listener: TileListener) {
    this.element = makeElement("div", { className: "tile" }, this.canvas);
    const key = visitorKey.recall();
    const options = { role: "viewer", key, best, root: this.element } as const;
    this.client = new StageClient(this.canvas, settings, options, {
      stateChanged: () => {},
      helloReceived: () => {
        delete this.element.dataset.refusal;
      },
      controlsChanged: () => {},
      statusChanged: () => {},
      refused: listener.refused,
      drawn: () => {
        const { shown, isLost } = this.client;
        if (shown && !isLost) listener.frameShown(shown.sequence);
      },
    });
  }

  start(): void {
    new ResizeObserver(() => {
      this.client.resize(this.canvas.clientWidth, this.canvas.clientHeight, 0);
    }).observe(this.canvas);
    this.client.start();
  }
}
