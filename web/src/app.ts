import { browserNetwork } from "./connection/browserNetwork";
import { Connection, type ConnectionState, ROLE_REFUSALS } from "./connection/connection";
import { Console } from "./console/console";
import { DebugOverlay, type Measurements } from "./console/debugOverlay";
import { Guests } from "./guests/guests";
import type { Look } from "./looks/look";
import { lookCatalogue } from "./looks/lookCatalogue";
import { Partner } from "./partner";
import { Performer } from "./performer/performer";
import { Preview } from "./performer/preview";
import type { Frame } from "./protocol/decodeFrame";
import type {
  Hello,
  Refused,
  ServerMessage,
  SkeletonDescription,
  Status,
} from "./protocol/messages";
import { refusalSentence } from "./refusalSentence";
import type { Quality, Settings } from "./settings";
import { Stage } from "./stage/stage";
import { statusSentence } from "./statusSentence";

/** Frames between two acknowledgements of playout. */
const ACKNOWLEDGE_EVERY = 15;
/** What a partner looks like unless the address says otherwise. */
const USUAL_LOOK = "dancer";

/** The page: what each part hears from the others passes through here. */
export class App {
  partner: Partner | null = null;
  private readonly root = document.documentElement;
  private readonly canvas = document.querySelector("#stage") as HTMLCanvasElement;
  private readonly panel = document.querySelector("#console") as HTMLElement;
  private readonly stage: Stage;
  private readonly console: Console;
  private readonly debug = new DebugOverlay(document.querySelector("#debug") as HTMLElement);
  private readonly connection: Connection;
  private readonly performer: Performer;
  private readonly guests: Guests;
  /** The partner's own look, and that of the avatar it wears instead. */
  private own: Look | null = null;
  private guest: Look | null = null;
  private status: Status | null = null;
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
    this.connection = new Connection(socketAddress(), browserNetwork, {
      stateChanged: (state) => this.stateChanged(state),
      helloReceived: (hello) => this.helloReceived(hello),
      frameReceived: (bytes) => this.partner?.receiveFrame(bytes, browserNetwork.now()),
      messageReceived: (message) => this.messageReceived(message),
    });
    this.console = new Console({
      emotionChosen: (weights) => this.connection.send({ type: "emotion", weights }),
      energyChosen: (value) => this.connection.send({ type: "energy", value }),
      takeUpWished: () => this.connection.send({ type: "take_up" }),
      webcamWished: () => void this.toggleWebcam(),
    });
    const preview = new Preview(document.querySelector("#preview") as HTMLElement);
    this.performer = new Performer(preview, {
      landmarksFound: (bytes) => this.connection.sendLandmarks(bytes),
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
    const { partner } = this;
    const shown = partner?.move(now, seconds) ?? null;
    if (shown) this.acknowledge(shown, now);
    this.stage.draw(seconds);
    this.debug.update(now, () => this.measure());
  }

  private acknowledge(shown: Frame, now: number): void {
    const serverNow = this.connection.clock.serverFromClient(now);
    this.latency = serverNow === null ? null : serverNow - shown.time;
    if (Math.abs(shown.sequence - this.acknowledged) < ACKNOWLEDGE_EVERY) return;
    this.acknowledged = shown.sequence;
    this.connection.send({ type: "played", sequence: shown.sequence });
  }

  private measure(): Measurements {
    const buffer = this.partner?.buffer;
    return {
      latency: this.latency,
      roundTrip: this.connection.clock.roundTrip,
      delay: buffer?.delay ?? 0,
      underruns: buffer?.underruns ?? 0,
      lateFrames: buffer?.lateFrames ?? 0,
      model: this.partner?.hello.model ?? "–",
    };
  }

  private stateChanged(state: ConnectionState): void {
    this.root.dataset.connection = state;
    this.console.state(statusSentence(state, this.status));
  }

  private helloReceived(hello: Hello): void {
    void this.present(hello);
    this.guests.follow(hello.skeleton);
    this.console.offer(hello.emotions);
    this.console.confirm(hello.controls);
    this.showStatus(hello.status);
  }

  private async present(hello: Hello): Promise<void> {
    this.greeted = hello;
    this.own = await this.lookOf(hello.skeleton);
    if (this.greeted !== hello) return;
    this.partner = new Partner(hello, this.guest ?? this.own);
    this.show(this.partner);
  }

  private show(partner: Partner): void {
    this.stage.present([partner], partner.hello.stage_radius);
    this.root.dataset.room = this.stage.room;
  }

  /** Shows the partner as an avatar, or as itself again. */
  private wear(guest: Look | null): void {
    this.guest = guest;
    if (!this.partner) return;
    this.partner.look.object.removeFromParent();
    this.partner.look = guest ?? this.own ?? this.partner.look;
    this.show(this.partner);
  }

  /** A body takes a moment to model, so it outlives a lost connection. */
  private async lookOf(skeleton: SkeletonDescription): Promise<Look> {
    const old = this.partner;
    const same = JSON.stringify(old?.hello.skeleton) === JSON.stringify(skeleton);
    if (this.own && same) return this.own;
    const named = lookCatalogue[this.settings.look ?? USUAL_LOOK];
    const factory = await (named ?? lookCatalogue[USUAL_LOOK])?.load();
    if (factory === undefined) throw new Error(`expected a look, got none`);
    this.own?.dispose();
    return factory(skeleton);
  }

  private messageReceived(message: Exclude<ServerMessage, Hello>): void {
    if (message.type === "controls") this.console.confirm(message);
    if (message.type === "status") this.showStatus(message);
    if (message.type === "refused") this.refused(message);
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
    if (ROLE_REFUSALS.includes(name)) this.stopWebcam();
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
    this.connection.changeRole("viewer");
  }

  private performerFailed(sentence: string): void {
    this.stopWebcam();
    this.console.tell(sentence);
  }
}

function socketAddress(): string {
  const address = new URL("ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
