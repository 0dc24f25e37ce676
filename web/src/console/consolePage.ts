import { browserNetwork } from "../connection/browserNetwork";
import { Connection, type ConnectionState } from "../connection/connection";
import { socketAddress } from "../connection/socketAddress";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { find } from "../page/find";
import { Notice } from "../page/notice";
import { statusSentence } from "../page/statusSentence";
import { tellRefusal } from "../page/tellRefusal";
import type {
  Changes,
  Controls,
  Hello,
  Refused,
  ServerMessage,
  Status,
} from "../protocol/messages";
import { SoundPanel } from "../sound/soundPanel";
import { Api, type StageState } from "./api";
import { CuePanel } from "./cues/cuePanel";
import { Emergency } from "./emergency";
import { Feeling } from "./feeling/feeling";
import { Health } from "./health";
import { KeyDialog } from "./keyDialog";
import { LandmarkView } from "./landmarkView";
import { MidiPanel } from "./midi/midiPanel";
import { Monitor } from "./monitor";
import { PartnerPanel } from "./partnerPanel";
import { PromptBox } from "./promptBox";
import { shortcutOf } from "./shortcutOf";
import { StagesPanel } from "./stagesPanel";
import { Tabs } from "./tabs";
import { TakesPanel } from "./takesPanel";

/** Frames between two acknowledgements of playout. */
const ACKNOWLEDGE_EVERY = 30;
/** Between two looks at what the server does not tell by itself, milliseconds. */
const PERIOD = 2000;

/** The operator's page: what each part hears from the others passes through here. */
export class Desk {
  private readonly root = document.documentElement;
  private readonly stateLine = find("#state");
  private readonly notice = new Notice();
  private readonly record = find<HTMLButtonElement>("#record");
  private readonly key = new KeyDialog((key) => this.operate(key));
  private readonly api: Api;
  private readonly feeling = new Feeling((changes) => this.feel(changes));
  private readonly prompt = new PromptBox(find("#strength"), (changes) => this.set(changes));
  private readonly partner: PartnerPanel;
  private readonly emergency = new Emergency((changes) => this.set(changes));
  private readonly monitor = new Monitor(find("#monitor"));
  private readonly health = new Health();
  private readonly sound: SoundPanel;
  private readonly cues: CuePanel;
  private readonly takes: TakesPanel;
  private readonly stages: StagesPanel;
  private readonly landmarks: LandmarkView;
  private connection: Connection;
  private controls: Controls | null = null;
  private status: Status | null = null;
  private state: StageState | null = null;
  private model = "–";
  private latency: number | null = null;
  private acknowledged = 0;
  private refusal = "";

  /** @param stage Name of the stage to operate. */
  constructor(private readonly stage: string) {
    const tell = (sentence: string) => this.notice.tell(sentence);
    const serverNow = () => this.serverNow();
    this.api = new Api(stage, this.key.remembered);
    this.connection = this.connect();
    this.partner = new PartnerPanel(
      (changes) => this.set(changes),
      () => this.connection.send({ type: "take_up" }),
    );
    this.sound = new SoundPanel(find("#beat"), { set: (changes) => this.set(changes), serverNow });
    this.cues = new CuePanel(this.api, {
      controls: () => this.controls,
      serverNow,
      set: (changes, fade) => this.set(changes, fade),
      tell,
    });
    this.takes = new TakesPanel(this.api, tell);
    this.stages = new StagesPanel(this.api, stage, tell);
    this.landmarks = new LandmarkView(find("#camera"), this.api, serverNow);
    this.record.onclick = () => this.set({ recording: this.record.ariaPressed !== "true" });
    find("#stage-name").textContent = stage === "default" ? "" : stage;
  }

  start(): void {
    new MidiPanel();
    new Tabs(() => this.look());
    addEventListener("online", () => this.connection.hurry());
    addEventListener("keydown", (event) => this.pressed(event), { capture: true });
    addEventListener("keyup", (event) => event.code === "Space" && keep(event), { capture: true });
    setInterval(() => this.look(), PERIOD);
    this.connection.start();
    void this.landmarks.watch();
    requestAnimationFrame((time) => this.draw(time / 1000));
  }

  private connect(): Connection {
    const listener = {
      stateChanged: (state: ConnectionState) => this.stateChanged(state),
      helloReceived: (hello: Hello) => this.helloReceived(hello),
      frameReceived: (bytes: ArrayBuffer) => this.monitor.receiveFrame(bytes, browserNetwork.now()),
      messageReceived: (message: Exclude<ServerMessage, Hello>) => this.messageReceived(message),
    };
    const { key } = this.api;
    const wish = { role: "operator", stage: this.stage, ...(key !== "" && { key }) } as const;
    return new Connection(socketAddress(), browserNetwork, listener, wish);
  }

  private operate(key: string): void {
    this.connection.stop();
    this.api.key = key;
    this.connection = this.connect();
    this.connection.start();
  }

  /** Asks for changes; what was refused before is past then. */
  private set(changes: Changes, fade = 0): void {
    this.notice.retract(this.refusal);
    this.connection.set(changes, fade);
  }

  /** A change of emotion may wait for the bar; nothing else does. */
  private feel(changes: Changes): void {
    if (changes.emotion) this.sound.onTheBar(() => this.set(changes));
    else this.set(changes);
  }

  private serverNow(): number | null {
    return this.connection.clock.serverFromClient(browserNetwork.now());
  }

  private get operates(): boolean {
    return this.root.dataset.role === "operator";
  }

  private draw(now: number): void {
    requestAnimationFrame((next) => this.draw(next / 1000));
    const serverNow = this.connection.clock.serverFromClient(now);
    const shown = this.monitor.draw(now, serverNow);
    if (shown === null) return;
    const knows = serverNow !== null && !Number.isNaN(shown.captured);
    this.latency = knows ? serverNow - shown.captured : null;
    this.feeling.feel(shown.emotion);
    if (Math.abs(shown.sequence - this.acknowledged) < ACKNOWLEDGE_EVERY) return;
    this.acknowledged = shown.sequence;
    this.connection.send({ type: "played", sequence: shown.sequence });
  }

  /** Looks at what the server does not tell by itself, as far as it can be seen. */
  private look(): void {
    if (document.hidden || this.connection.state !== "live") return;
    void this.api
      .ask<StageState>("GET", "")
      .then((state) => this.stateSeen(state))
      .catch(() => {});
    if (!this.operates) return;
    if (find("#takes").offsetParent !== null) void this.takes.refresh();
    if (find("#stages").offsetParent !== null) void this.stages.refresh();
  }

  private stateSeen(state: StageState): void {
    if (state.refused !== "" && state.refused !== this.state?.refused)
      this.notice.tell(state.refused);
    this.state = state;
    this.showHealth();
  }

  private showHealth(): void {
    const { roundTrip } = this.connection.clock;
    const { status, state: stage, latency, model } = this;
    this.health.show({ status, stage, latency, roundTrip, model });
  }

  private stateChanged(state: ConnectionState): void {
    this.root.dataset.connection = state;
    this.stateLine.textContent = statusSentence(state, this.status);
    if (state === "live") this.look();
  }

  private helloReceived(hello: Hello): void {
    this.root.dataset.role = hello.role;
    this.model = hello.model;
    this.feeling.offer(hello.emotions);
    this.prompt.offer(hello);
    this.partner.offer(hello);
    this.controlsReceived(hello.controls);
    this.statusReceived(hello.status);
    void this.monitor.present(hello);
    if (this.operates) void this.cues.refresh();
  }

  private messageReceived(message: Exclude<ServerMessage, Hello>): void {
    if (message.type === "controls") this.controlsReceived(message);
    if (message.type === "status") this.statusReceived(message);
    if (message.type === "cues") void this.cues.refresh();
    if (message.type === "refused") this.refused(message);
  }

  private controlsReceived(controls: Controls): void {
    this.controls = controls;
    this.feeling.confirm(controls);
    this.prompt.confirm(controls);
    this.partner.confirm(controls);
    this.emergency.confirm(controls);
    this.monitor.follow(controls);
    this.sound.confirm(controls);
    this.record.ariaPressed = String(controls.recording);
    this.record.textContent = controls.recording ? texts.console.recording : texts.console.record;
  }

  private statusReceived(status: Status): void {
    this.status = status;
    this.stateLine.textContent = statusSentence(this.connection.state, status);
    this.partner.performerSeen(status.performer === "present");
    find("#camera figcaption").textContent =
      `${sourceName(status.source)} · ${texts.console.landmarksOnly}`;
    this.showHealth();
  }

  private refused({ name, detail }: Refused): void {
    if (name === "wrong_key" || name === "not_operator") this.key.ask();
    else if (!tellRefusal(this.notice, name)) {
      this.refusal = problem(detail);
      this.notice.tell(this.refusal);
    }
  }

  private pressed(event: KeyboardEvent): void {
    const shortcut = shortcutOf(event, ownerOf(event.target));
    if (shortcut === null || !this.operates) return;
    keep(event);
    if (event.repeat) return;
    if (shortcut.kind === "go") find("#go").click();
    if (shortcut.kind === "back") find("#back").click();
    if (shortcut.kind === "tap") find("#sound [name=tap]").click();
    if (shortcut.kind === "panic") this.emergency.freeze();
    if (shortcut.kind === "emotion") this.feeling.choose(shortcut.index);
    if (shortcut.kind === "preset") this.cues.use(shortcut.index);
  }
}

/** Says a refusal that is none of the visitor's own doing, with what the server says about it. */
function problem(detail: string): string {
  return texts.server.problem(texts.server[422], detail);
}

/** Keeps an event from whatever else would answer it. */
function keep(event: Event): void {
  if (ownerOf(event.target) === "text") return;
  event.preventDefault();
  event.stopPropagation();
}

/** Tells which keys the element in focus needs for itself. */
function ownerOf(target: EventTarget | null): "text" | "steps" | "none" {
  if (!(target instanceof Element)) return "none";
  if (target.matches("input:not([type=range], [type=radio]), select, textarea")) return "text";
  return target.matches("input:focus-visible") ? "steps" : "none";
}
