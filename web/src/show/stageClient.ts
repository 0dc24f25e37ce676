import { browserNetwork } from "../connection/browserNetwork";
import { Connection, type ConnectionState } from "../connection/connection";
import { socketAddress } from "../connection/socketAddress";
import { fetchLook } from "../looks/fetchLook";
import type { Look, LookFactory } from "../looks/look";
import { mergedLook } from "../looks/mergedLook";
import { performersLook } from "../looks/performersLook";
import type { Measurements } from "../page/debugOverlay";
import type { Settings } from "../page/settings";
import type { Frame } from "../protocol/decodeFrame";
import type { Controls, Hello, Refused, Role, ServerMessage, Status } from "../protocol/messages";
import type { Quality } from "../quality";
import { Stage, type StagedFigure } from "../stage/stage";
import { Figures, type LookProvider } from "./figures";

/** Frames between two acknowledgements of playout. */
const ACKNOWLEDGE_EVERY = 30;
/** What a partner looks like to itself, while nobody is there. */
const IDLE_LOOK = "motes";

type Looks = readonly [partner: LookFactory, performer: LookFactory, merged: LookFactory];

/** How a page takes part in a stage, and what its machine can draw. */
export interface StageClientOptions {
  readonly role: Role;
  /** The operator's key or a token; empty without one. */
  readonly key?: string;
  /** The highest tier of drawing that this machine may try; null where it cannot draw in 3D. */
  readonly best: Quality | null;
  /** Most drawings per second; the display's own rate if left out. */
  readonly fps?: number;
  /** Whether the camera goes by the dance; keeps to one place if left out. */
  readonly camera?: Settings["camera"];
  /** What bears the stage's state for style sheets; the page if left out. */
  readonly root?: HTMLElement;
}

export interface StageClientListener {
  stateChanged(state: ConnectionState): void;
  helloReceived(hello: Hello): void;
  controlsChanged(controls: Controls): void;
  statusChanged(status: Status): void;
  refused(refused: Refused): void;
  /** The cue list or the place in it has changed. */
  cuesChanged?(): void;
  /** @param now Seconds of the clock of `browserNetwork`. */
  drawn(now: number): void;
  /** Whether a look is of an avatar that the listener itself disposes of. */
  ownsLook?(look: Look): boolean;
}

/** A stage of the server as a page shows it: the link, who dances, and the picture. */
export class StageClient {
  readonly connection: Connection;
  figures: Figures | null = null;
  controls: Controls | null = null;
  status: Status | null = null;
  /** The latest hello; looks are fetched before its partner shows. */
  hello: Hello | null = null;
  /** From the capture of the motion to its drawing, seconds; null while it is not known. */
  latency: number | null = null;
  /** The frame that is on the screen; null before the first. */
  shown: Frame | null = null;
  /** Null where the machine cannot draw in 3D; everything else goes on. */
  private readonly stage: Stage | null;
  private readonly shortestPeriod: number;
  private readonly root: HTMLElement;
  /** The avatar that the first partner wears instead of its own look. */
  private avatar: Look | null = null;
  private idle = false;
  private isLit = true;
  private hasSize = true;
  /** How performers are shown on this page; null leaves it to the operators. */
  placement: Controls["placement"] | null;
  private updatedAt = 0;
  private drawnAt = 0;
  private acknowledged = 0;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly settings: Settings,
    {
      role,
      key = "",
      best,
      fps = Number.POSITIVE_INFINITY,
      camera = "still",
      root,
    }: StageClientOptions,
    private readonly listener: StageClientListener,
  ) {
    this.stage = best && new Stage(canvas, settings.quality, best, settings.transparent, camera);
    this.root = root ?? document.documentElement;
    this.shortestPeriod = 1 / fps;
    this.placement = settings.placement;
    const connected = {
      stateChanged: (state: ConnectionState) => this.stateChanged(state),
      helloReceived: (hello: Hello) => this.helloReceived(hello),
      frameReceived: (bytes: ArrayBuffer) =>
        this.figures?.receiveFrame(bytes, browserNetwork.now()),
      messageReceived: (message: Exclude<ServerMessage, Hello>) => this.messageReceived(message),
    };
    const request = { role, stage: settings.stage, ...(key !== "" && { key }) };
    this.connection = new Connection(socketAddress(), browserNetwork, connected, request);
  }

  start(): void {
    window.addEventListener("online", () => this.connection.retryAtOnce());
    this.connection.start();
    requestAnimationFrame((time) => this.drawFrame(time / 1000));
  }

  /** The server's clock now, seconds; null while it is not known. */
  get serverNow(): number | null {
    return this.connection.clock.serverFromClient(browserNetwork.now());
  }

  /** Shows the first partner as an avatar, or as itself again. */
  wearAvatar(avatar: Look | null): void {
    this.avatar = avatar;
    this.figures?.renewLooks();
  }

  /** @param idle Whether nobody is there: the camera roams, and the partner is another. */
  setIdle(idle: boolean): void {
    if (idle === this.idle) return;
    this.idle = idle;
    if (this.stage) this.stage.roams = idle;
    this.renewFigures();
  }

  /** @param lit Whether there is anything to see; motion goes on in the dark. */
  setLit(lit: boolean): void {
    this.isLit = lit;
  }

  /**
   * Fits the picture to a size in CSS pixels.
   *
   * @param covered Part of the height that the controls cover at the bottom, CSS pixels.
   */
  resize(width: number, height: number, covered: number): void {
    this.hasSize = width > 0;
    if (this.hasSize) this.stage?.resize(width, height, covered);
  }

  /** Whether the graphics card has, for now, taken back what it drew with. */
  get isLost(): boolean {
    return this.stage?.isLost ?? false;
  }

  setPlacement(placement: Controls["placement"]): void {
    this.placement = placement;
    if (this.controls) this.figures?.applyControls(this.placed(this.controls));
  }

  measure(): Measurements {
    const buffer = this.figures?.buffer;
    return {
      latency: this.latency,
      roundTrip: this.connection.clock.roundTrip,
      delay: buffer?.delay ?? 0,
      underruns: buffer?.underruns ?? 0,
      lateFrames: buffer?.lateFrames ?? 0,
      model: this.hello?.model ?? "–",
    };
  }

  /** @param now Seconds of the clock of `browserNetwork`. */
  private drawFrame(now: number): void {
    requestAnimationFrame((next) => this.drawFrame(next / 1000));
    const serverNow = this.connection.clock.serverFromClient(now);
    this.shown = this.figures?.update(now, now - this.updatedAt, serverNow) ?? null;
    this.updatedAt = now;
    if (this.shown) this.acknowledge(this.shown, serverNow);
    if (this.isLit && this.hasSize) this.drawStage(now);
    else this.drawnAt = now;
    this.listener.drawn(now);
  }

  private drawStage(now: number): void {
    if (now - this.drawnAt < this.shortestPeriod) return;
    this.stage?.draw(now - this.drawnAt);
    this.drawnAt = now;
  }

  private acknowledge({ sequence, captured }: Frame, serverNow: number | null): void {
    const knows = serverNow !== null && !Number.isNaN(captured);
    this.latency = knows ? serverNow - captured : null;
    if (Math.abs(sequence - this.acknowledged) < ACKNOWLEDGE_EVERY) return;
    this.acknowledged = sequence;
    this.connection.send({ type: "played", sequence });
  }

  private stateChanged(state: ConnectionState): void {
    this.root.dataset.connection = state;
    this.listener.stateChanged(state);
  }

  private helloReceived(hello: Hello): void {
    this.hello = hello;
    this.listener.helloReceived(hello);
    this.controlsReceived(hello.controls);
    void this.presentFigures(hello);
    this.statusReceived(hello.status);
  }

  private messageReceived(message: Exclude<ServerMessage, Hello>): void {
    if (message.type === "controls") this.controlsReceived(message);
    if (message.type === "status") this.statusReceived(message);
    if (message.type === "cues") this.listener.cuesChanged?.();
    if (message.type === "refused") this.refused(message);
  }

  private refused(refused: Refused): void {
    console.warn(`refused: ${refused.name}: ${refused.detail}`);
    this.listener.refused(refused);
  }

  private controlsReceived(controls: Controls): void {
    const before = this.lookName;
    this.controls = controls;
    this.figures?.applyControls(this.placed(controls));
    if (this.lookName !== before) this.renewFigures();
    this.stage?.setAudienceEmotion(controls.audience_emotion);
    this.root.dataset.panic = controls.panic;
    this.listener.controlsChanged(controls);
  }

  private statusReceived(status: Status): void {
    this.status = status;
    this.root.dataset.performer = status.performer;
    this.listener.statusChanged(status);
  }

  /** Look of the partner: the operators', else the page's own; empty for the usual one. */
  private get lookName(): string {
    const own = this.settings.look ?? (this.idle ? IDLE_LOOK : "");
    return this.controls?.look || own;
  }

  private placed(controls: Controls): Controls {
    return { ...controls, placement: this.placement ?? controls.placement };
  }

  private renewFigures(): void {
    if (this.figures && this.hello) void this.presentFigures(this.hello);
  }

  /** Shows who dances, once the looks are fetched. */
  private async presentFigures(hello: Hello): Promise<void> {
    const wanted = this.lookName;
    const looks = await Promise.all([
      fetchLook(wanted),
      fetchLook(performersLook(wanted)),
      fetchLook(mergedLook),
    ]);
    if (this.hello !== hello || this.lookName !== wanted) return;
    const before = this.figures;
    const lookProvider = this.providerOf(hello, looks);
    this.figures = new Figures(
      hello,
      lookProvider,
      (figures) => this.figuresChanged(figures, hello),
      before,
    );
    if (this.controls) this.figures.applyControls(this.placed(this.controls));
    before?.renewLooks();
  }

  private providerOf(hello: Hello, [partner, performer, merged]: Looks): LookProvider {
    return {
      provideLook: (kind, id, placement) => {
        if (kind === "performer")
          return (placement === "merged" ? merged : performer)(hello.skeleton);
        return id === 0 && this.avatar ? this.avatar : partner(hello.skeleton);
      },
      releaseLook: (look) => this.listener.ownsLook?.(look) || look.dispose(),
    };
  }

  private figuresChanged(figures: readonly StagedFigure[], hello: Hello): void {
    if (this.stage === null) return;
    this.stage.setFigures(figures, hello.stage_radius);
    this.root.dataset.room = this.stage.room;
  }
}
