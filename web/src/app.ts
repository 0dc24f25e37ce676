import { Console } from "./console/console";
import { DebugOverlay } from "./console/debugOverlay";
import { Guests } from "./guests/guests";
import { Notice } from "./notice";
import type { Controls, Hello, Refused, Status } from "./protocol/messages";
import { refusalSentence } from "./refusalSentence";
import type { Quality, Settings } from "./settings";
import { mountSound, type Sound } from "./sound/mountSound";
import { statusSentence } from "./statusSentence";
import { Theatre } from "./theatre";
import { mismatch } from "./venue/mismatch";
import { toggleFullScreen } from "./venue/toggleFullScreen";
import { Venue } from "./venue/venue";

/** The audience's page: what each part hears from the others passes through here. */
export class App {
  readonly theatre: Theatre;
  private readonly canvas = document.querySelector("#stage") as HTMLCanvasElement;
  private readonly panel = document.querySelector("#console") as HTMLElement;
  private readonly notice = new Notice();
  private readonly console: Console;
  private readonly debug = new DebugOverlay(document.querySelector("#debug") as HTMLElement);
  private readonly guests: Guests;
  private readonly venue: Venue;
  private readonly sound: Sound | null;

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
    this.console = new Console({
      emotionChosen: (emotion) => this.onTheBar(() => connection.set({ emotion })),
      energyChosen: (energy) => connection.set({ energy }),
      takeUpWished: () => connection.send({ type: "take_up" }),
    });
    this.sound = settings.sound ? mountSound(this.panel, this.theatre) : null;
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
    resized.observe(this.panel);
    this.listen();
    const { debug, complaints } = this.settings;
    if (debug) this.debug.toggle();
    if (complaints.length > 0) this.notice.tell(complaints.join(" "));
    this.venue.start();
    this.theatre.start();
  }

  private listen(): void {
    const dance = document.querySelector("#webcam") as HTMLAnchorElement;
    dance.href = `dance${location.search}`;
    const fullScreen = document.querySelector("#full-screen") as HTMLButtonElement;
    fullScreen.hidden = !document.fullscreenEnabled;
    fullScreen.onclick = toggleFullScreen;
    this.canvas.ondblclick = toggleFullScreen;
    window.addEventListener("keydown", (event) => {
      if (event.key === "d" && !event.ctrlKey && !event.metaKey) this.debug.toggle();
    });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const covered = this.panel.offsetHeight > 0 ? clientHeight - this.panel.offsetTop : 0;
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
    this.console.state(statusSentence(connection.state, status));
  }

  private helloReceived(hello: Hello): void {
    this.console.offer(hello.emotions);
    this.guests.follow(hello.skeleton);
  }

  private controlsChanged(controls: Controls): void {
    this.console.confirm(controls);
    this.sound?.confirm(controls);
  }

  private statusChanged(status: Status): void {
    this.venue.performerSeen = status.performer === "present";
    this.console.performerSeen(status.performer === "present");
    this.console.state(statusSentence(this.theatre.connection.state, status));
  }

  /** Does something when the beat lets it. */
  private onTheBar(action: () => void): void {
    if (this.sound) this.sound.onTheBar(action);
    else action();
  }

  private refused({ name }: Refused): void {
    if (name === "unsupported_version") mismatch.tell(this.notice, this.settings.kiosk);
    else if (refusalSentence(name)) this.notice.tell(refusalSentence(name));
  }
}
