import { Cast, type Wardrobe } from "./cast";
import { browserNetwork } from "./connection/browserNetwork";
import { Connection, type ConnectionState, PERFORMER_REFUSALS } from "./connection/connection";
import { Console } from "./console/console";
import { DebugOverlay, type Measurements } from "./console/debugOverlay";
import { Guests } from "./guests/guests";
import { fetchLook } from "./looks/fetchLook";
import type { Look } from "./looks/look";
import { Performer } from "./performer/performer";
import { Preview } from "./performer/preview";
import type { Frame } from "./protocol/decodeFrame";
import type { Controls, Hello, Refused, ServerMessage, Status } from "./protocol/messages";
import { refusalSentence } from "./refusalSentence";
import type { Quality, Settings } from "./settings";
import { socketAddress } from "./socketAddress";
import { Stage, type StagedFigure } from "./stage/stage";
import { statusSentence } from "./statusSentence";

/** Frames between two acknowledgements of playout. */
const ACKNOWLEDGE_EVERY = 30;
/** What performers' own skeletons look like. */
const PERFORMERS_LOOK = "ghost";

/** The page: what each part hears from the others passes through here. */
export class App {
  cast: Cast | null = null;
  private readonly root = document.documentElement;
  private readonly canvas = document.querySelector("#stage") as HTMLCanvasElement;
  private readonly panel = document.querySelector("#console") as HTMLElement;
  private readonly stage: Stage;
  private readonly console: Console;
  private readonly debug = new DebugOverlay(document.querySelector("#debug") as HTMLElement);
  private readonly connection: Connection;
  private readonly performer: Performer;
  private readonly guests: Guests;
  /** The avatar that the first partner wears instead of its own look. */
  private guest: Look | null = null;
  private status: Status | null = null;
  private controls: Controls | null = null;
  /** The latest hello; looks are fetched before its partner shows. */
  private greeted: Hello | null = null;
  private drawnAt = 0;
  private acknowledged = 0;
  private latency: number | null = null;

  /** @param best The highest tier of drawing that this machine may try. */
  constructor(
    private readonly settings: Settings,
    best: Quality,
  ) {
    this.stage = new Stage(this.canvas, settings.quality, best);
    const listener = {
      stateChanged: (state: ConnectionState) => this.stateChanged(state),
      helloReceived: (hello: Hello) => this.helloReceived(hello),
      frameReceived: (bytes: ArrayBuffer) => this.cast?.receiveFrame(bytes, browserNetwork.now()),
      messageReceived: (message: Exclude<ServerMessage, Hello>) => this.messageReceived(message),
    };
    const wish = { role: "operator", stage: settings.stage } as const;
    this.connection = new Connection(socketAddress(), browserNetwork, listener, wish);
    this.console = new Console({
      emotionChosen: (emotion) => this.connection.set({ emotion }),
      energyChosen: (energy) => this.connection.set({ energy }),
      takeUpWished: () => this.connection.send({ type: "take_up" }),
      webcamWished: () => void this.toggleWebcam(),
    });
    const preview = new Preview(document.querySelector("#preview") as HTMLElement);
    this.performer = new Performer(preview, {
      landmarksFound: (captured, people) => this.connection.sendLandmarks(captured, people),
      failed: (sentence) => this.performerFailed(sentence),
    });
    this.guests = new Guests(document.querySelector("#actions") as HTMLElement, {
      guestChanged: (guest) => this.wear(guest),
      guestTold: (sentence) => this.console.tell(sentence),
    });
  }

  start(): void {
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(this.canvas);
    resized.observe(this.panel);
    window.addEventListener("online", () => this.connection.hurry());
    window.addEventListener("keydown", (event) => {
      if (event.key === "d" && !event.ctrlKey && !event.metaKey) this.debug.toggle();
    });
    if (this.settings.debug) this.debug.toggle();
    this.connection.start();
    if (this.settings.performer) void this.toggleWebcam();
    requestAnimationFrame((time) => this.draw(time / 1000));
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.stage.resize(clientWidth, clientHeight, clientHeight - this.panel.offsetTop);
  }

  /** @param now Seconds of the clock of `browserNetwork`. */
  private draw(now: number): void {
    requestAnimationFrame((next) => this.draw(next / 1000));
    const seconds = now - this.drawnAt;
    this.drawnAt = now;
    const serverNow = this.connection.clock.serverFromClient(now);
    const shown = this.cast?.move(now, seconds, serverNow) ?? null;
    if (shown) this.acknowledge(shown, now);
    this.stage.draw(seconds);
    this.debug.update(now, () => this.measure());
  }

  private acknowledge(shown: Frame, now: number): void {
    const serverNow = this.connection.clock.serverFromClient(now);
    const knows = serverNow !== null && !Number.isNaN(shown.captured);
    this.latency = knows ? serverNow - shown.captured : null;
    if (Math.abs(shown.sequence - this.acknowledged) < ACKNOWLEDGE_EVERY) return;
    this.acknowledged = shown.sequence;
    this.connection.send({ type: "played", sequence: shown.sequence });
  }

  private measure(): Measurements {
    const buffer = this.cast?.buffer;
    return {
      latency: this.latency,
      roundTrip: this.connection.clock.roundTrip,
      delay: buffer?.delay ?? 0,
      underruns: buffer?.underruns ?? 0,
      lateFrames: buffer?.lateFrames ?? 0,
      model: this.cast?.hello.model ?? "–",
    };
  }

  private stateChanged(state: ConnectionState): void {
    this.root.dataset.connection = state;
    this.console.state(statusSentence(state, this.status));
  }

  private helloReceived(hello: Hello): void {
    this.greeted = hello;
    this.console.offer(hello.emotions);
    this.controlsReceived(hello.controls);
    void this.present(hello);
    this.guests.follow(hello.skeleton);
    this.showStatus(hello.status);
  }

  /** Shows who dances, once the looks are fetched. */
  private async present(hello: Hello): Promise<void> {
    const wanted = this.look;
    const [partner, performer] = await Promise.all([
      fetchLook(wanted || this.settings.look || ""),
      fetchLook(PERFORMERS_LOOK),
    ]);
    if (this.greeted !== hello || this.look !== wanted) return;
    const wardrobe: Wardrobe = {
      fit: (kind, id) => {
        if (kind === "performer") return performer(hello.skeleton);
        return id === 0 && this.guest ? this.guest : partner(hello.skeleton);
      },
      giveBack: (look) => this.guests.owns(look) || look.dispose(),
    };
    const show = (figures: readonly StagedFigure[]) => {
      this.stage.present(figures, hello.stage_radius);
      this.root.dataset.room = this.stage.room;
    };
    const before = this.cast;
    this.cast = new Cast(hello, wardrobe, show, before);
    if (this.controls) this.cast.follow(this.controls);
    before?.dress();
  }

  /** Shows the first partner as an avatar, or as itself again. */
  private wear(guest: Look | null): void {
    this.guest = guest;
    this.cast?.dress();
  }

  private messageReceived(message: Exclude<ServerMessage, Hello>): void {
    if (message.type === "controls") this.controlsReceived(message);
    if (message.type === "status") this.showStatus(message);
    if (message.type === "refused") this.refused(message);
  }

  private controlsReceived(controls: Controls): void {
    const before = this.look;
    this.controls = controls;
    this.console.confirm(controls);
    this.cast?.follow(controls);
    if (this.cast && this.greeted && this.look !== before) void this.present(this.greeted);
    this.root.dataset.panic = controls.panic;
  }

  /** Look of the partner that operators chose; empty when they did not. */
  private get look(): string {
    return this.controls?.look ?? "";
  }

  private showStatus(status: Status): void {
    this.status = status;
    this.root.dataset.performer = status.performer;
    this.console.performerSeen(status.performer === "present");
    this.console.state(statusSentence(this.connection.state, status));
  }

  private refused({ name, detail }: Refused): void {
    console.warn(`refused: ${name}: ${detail}`);
    const sentence = refusalSentence(name);
    if (sentence !== null) this.console.tell(sentence);
    if (PERFORMER_REFUSALS.includes(name)) this.stopWebcam();
  }

  private async toggleWebcam(): Promise<void> {
    if (this.performer.active) return this.stopWebcam();
    this.console.tell(null);
    this.console.webcam("starting");
    if (!(await this.performer.start())) return;
    this.console.webcam("active");
    this.connection.changeRole("performer");
  }

  private stopWebcam(): void {
    this.performer.stop();
    this.console.webcam("idle");
    this.connection.changeRole("operator");
  }

  private performerFailed(sentence: string): void {
    this.stopWebcam();
    this.console.tell(sentence);
  }
}
