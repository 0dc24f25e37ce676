import { Guests } from "../avatars/visitorAvatar";
import { DebugOverlay } from "../page/debugOverlay";
import { mismatch } from "../page/mismatch";
import { Notice } from "../page/notice";
import type { Settings } from "../page/settings";
import { statusSentence } from "../page/statusSentence";
import { tellRefusal } from "../page/tellRefusal";
import type { Controls, Hello, Refused, Status } from "../protocol/messages";
import type { Quality } from "../quality";
import { Theatre } from "../show/stageClient";
import { SoundPanel } from "../sound/soundPanel";
import { toggleFullScreen } from "../venue/toggleFullScreen";
import { Venue } from "../venue/venue";
import { AudiencePanel } from "./audiencePanel";

/** Between two attempts of a kiosk to get to a stage that is not there, milliseconds. */
const RETURN = 15_000;

/** The audience's page: what each part hears from the others passes through here. */
export class App {
  readonly theatre: Theatre;
  private readonly canvas = document.querySelector("#stage") as HTMLCanvasElement;
  private readonly controls = document.querySelector("#controls") as HTMLElement;
  private readonly notice = new Notice();
  private readonly panel: AudiencePanel;
  private readonly debug = new DebugOverlay(document.querySelector("#debug") as HTMLElement);
  private readonly guests: Guests;
  private readonly venue: Venue;
  private readonly sound: SoundPanel | null;

  /** @param best The highest tier of drawing that this machine may try. */
  constructor(
    private readonly settings: Settings,
    best: Quality,
  ) {
    const watches = settings.kiosk || settings.transparent;
    this.theatre = new Theatre(this.canvas, settings, best, watches ? "viewer" : "operator", {
      stateChanged: () => this.stateChanged(),
      helloReceived: (hello) => this.helloReceived(hello),
      controlsChanged: (controls) => this.controlsChanged(controls),
      statusChanged: (status) => this.statusChanged(status),
      refused: (refused) => this.refused(refused),
      drawn: (now) => this.drawn(now),
      ownsLook: (look) => this.guests.owns(look),
    });
    const { connection } = this.theatre;
    this.panel = new AudiencePanel({
      emotionChosen: (emotion) => this.onTheBar(() => connection.set({ emotion })),
      energyChosen: (energy) => connection.set({ energy }),
      takeUpWished: () => connection.send({ type: "take_up" }),
    });
    this.sound = settings.sound ? this.hear() : null;
    this.guests = new Guests(document.querySelector("#actions") as HTMLElement, {
      guestChanged: (guest) => this.theatre.wear(guest),
      guestTold: (sentence) => this.notice.tell(sentence),
    });
    this.venue = new Venue(settings, {
      idleChanged: (idle) => this.theatre.setIdle(idle),
      litChanged: (lit) => this.theatre.setLit(lit),
    });
  }

  start(): void {
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(this.canvas);
    resized.observe(this.controls);
    this.listen();
    const { debug, complaints } = this.settings;
    if (debug) this.debug.toggle();
    if (complaints.length > 0) this.notice.tell(complaints.join(" "));
    this.venue.start();
    this.theatre.start();
  }

  private listen(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>("#webcam, #operate")) {
      link.search = location.search;
    }
    const fullScreen = document.querySelector("#full-screen") as HTMLButtonElement;
    fullScreen.hidden = !document.fullscreenEnabled;
    fullScreen.onclick = toggleFullScreen;
    this.canvas.ondblclick = toggleFullScreen;
    window.addEventListener("keydown", (event) => {
      if (event.key === "d" && !event.ctrlKey && !event.metaKey) this.debug.toggle();
    });
  }

  private hear(): SoundPanel {
    return new SoundPanel(this.controls, {
      set: (changes) => this.theatre.connection.set(changes),
      serverNow: () => this.theatre.serverNow,
    });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const { height, top } = this.controls.getBoundingClientRect();
    const covered = height > 0 ? clientHeight - top : 0;
    this.theatre.stage.resize(clientWidth, clientHeight, covered);
  }

  private drawn(now: number): void {
    this.debug.update(now, () => this.theatre.measure());
    const shown = this.theatre.shown;
    if (shown && !this.theatre.stage.isLost) this.venue.shown(shown.sequence);
  }

  private stateChanged(): void {
    const { connection, status } = this.theatre;
    if (connection.state === "live") mismatch.forget();
    this.panel.state(statusSentence(connection.state, status));
  }

  private helloReceived(hello: Hello): void {
    this.panel.offer(hello.emotions);
    this.guests.follow(hello.skeleton);
  }

  private controlsChanged(controls: Controls): void {
    this.panel.confirm(controls);
    this.sound?.confirm(controls);
  }

  private statusChanged(status: Status): void {
    this.venue.performerSeen = status.performer === "present";
    this.panel.performerSeen(status.performer === "present");
    this.panel.state(statusSentence(this.theatre.connection.state, status));
  }

  /** Nobody is there to look for another stage in a kiosk; its own may come back. */
  private turnedAway(name: string): void {
    const { connection } = this.theatre;
    const alone = this.settings.kiosk && connection.state === "refused";
    if (alone) setTimeout(() => connection.start(), RETURN);
    tellRefusal(this.notice, name);
  }

  /** Does something when the beat lets it. */
  private onTheBar(action: () => void): void {
    if (this.sound) this.sound.onTheBar(action);
    else action();
  }

  private refused({ name }: Refused): void {
    if (name === "unsupported_version") mismatch.tell(this.notice, this.settings.kiosk);
    else this.turnedAway(name);
  }
}
