import { browserNetwork } from "../connection/browserNetwork";
import { Connection, type ConnectionState } from "../connection/connection";
import { socketAddress } from "../connection/socketAddress";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
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
import { CuePanel } from "./cues/cuePanel";
import { EmotionPanel } from "./emotion/emotionPanel";
import { HealthPanel } from "./healthPanel";
import { KeyDialog } from "./keyDialog";
import { LandmarkView } from "./landmarkView";
import { MidiPanel } from "./midi/midiPanel";
import { Monitor } from "./monitor";
import { PanelTabs } from "./panelTabs";
import { PanicButtons } from "./panicButtons";
import { PartnerPanel } from "./partnerPanel";
import { PromptBox } from "./promptBox";
import { ServerApi, type StageState } from "./serverApi";
import { shortcutOf } from "./shortcutOf";
import { StagesPanel } from "./stagesPanel";
import { TakesPanel } from "./takesPanel";

/** Frames between two acknowledgements of playout. */
const ACKNOWLEDGE_EVERY = 30;
/** Between two looks at what the server does not tell by itself, milliseconds. */
const PERIOD = 2000;

/** The operator's page: what each part hears from the others passes through here. */
export class ConsolePage {
  private readonly root = document.documentElement;
  private readonly stateLine = findElement("#state");
  private readonly notice = new Notice();
  private readonly record = findElement<HTMLButtonElement>("#record");
  private readonly key = new KeyDialog((key) => this.useKey(key));
  private readonly api: ServerApi;
  private readonly emotion = new EmotionPanel((changes) => this.changeEmotion(changes));
  private readonly prompt = new PromptBox(findElement("#strength"), (changes) =>
    this.changeControls(changes),
  );
  private readonly partner: PartnerPanel;
  private readonly panic = new PanicButtons((changes) => this.changeControls(changes));
  private readonly monitor = new Monitor(findElement("#monitor"));
  private readonly health = new HealthPanel();
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
    this.api = new ServerApi(stage, this.key.remembered);
    this.connection = this.connect();
    this.partner = new PartnerPanel(
      (changes) => this.changeControls(changes),
      () => this.connection.send({ type: "take_up" }),
    );
    this.sound = new SoundPanel(findElement("#beat"), {
      changeControls: (changes) => this.changeControls(changes),
      serverNow,
    });
    this.cues = new CuePanel(this.api, {
      controls: () => this.controls,
      serverNow,
      changeControls: (changes, fade) => this.changeControls(changes, fade),
      tell,
    });
    this.takes = new TakesPanel(this.api, tell);
    this.stages = new StagesPanel(this.api, stage, tell);
    this.landmarks = new LandmarkView(findElement("#camera"), this.api, serverNow);
    this.record.onclick = () =>
      this.changeControls({ recording: this.record.ariaPressed !== "true" });
    findElement("#stage-name").textContent = stage === "default" ? "" : stage;
  }

  start(): void {
    new MidiPanel();
    new PanelTabs(() => this.pollServer());
    addEventListener("online", () => this.connection.retryAtOnce());
    addEventListener("keydown", (event) => this.keyPressed(event), { capture: true });
    addEventListener("keyup", (event) => event.code === "Space" && swallowEvent(event), {
      capture: true,
    });
    setInterval(() => this.pollServer(), PERIOD);
    this.connection.start();
    void this.landmarks.watchLandmarks();
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
    const request = { role: "operator", stage: this.stage, ...(key !== "" && { key }) } as const;
    return new Connection(socketAddress(), browserNetwork, listener, request);
  }

  private useKey(key: string): void {
    this.connection.stop();
    this.api.key = key;
    this.connection = this.connect();
    this.connection.start();
  }

  /** Asks for changes; what was refused before is past then. */
  private changeControls(changes: Changes, fade = 0): void {
    this.notice.retract(this.refusal);
    this.connection.setControls(changes, fade);
  }

  /** A change of emotion may wait for the bar; nothing else does. */
  private changeEmotion(changes: Changes): void {
    if (changes.emotion) this.sound.onTheBar(() => this.changeControls(changes));
    else this.changeControls(changes);
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
    this.emotion.showFelt(shown.emotion);
    if (Math.abs(shown.sequence - this.acknowledged) < ACKNOWLEDGE_EVERY) return;
    this.acknowledged = shown.sequence;
    this.connection.send({ type: "played", sequence: shown.sequence });
  }

  /** Looks at what the server does not tell by itself, as far as it can be seen. */
  private pollServer(): void {
    if (document.hidden || this.connection.state !== "live") return;
    void this.api
      .requestStage<StageState>("GET", "")
      .then((state) => this.stateSeen(state))
      .catch(() => {});
    if (!this.operates) return;
    if (findElement("#takes").offsetParent !== null) void this.takes.refresh();
    if (findElement("#stages").offsetParent !== null) void this.stages.refresh();
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
    this.health.showHealth({ status, stage, latency, roundTrip, model });
  }

  private stateChanged(state: ConnectionState): void {
    this.root.dataset.connection = state;
    this.stateLine.textContent = statusSentence(state, this.status);
    if (state === "live") this.pollServer();
  }

  private helloReceived(hello: Hello): void {
    this.root.dataset.role = hello.role;
    this.model = hello.model;
    this.emotion.offerEmotions(hello.emotions);
    this.prompt.offerTexts(hello);
    this.partner.offerChoices(hello);
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
    this.emotion.showConfirmed(controls);
    this.prompt.showConfirmed(controls);
    this.partner.showConfirmed(controls);
    this.panic.showConfirmed(controls);
    this.monitor.follow(controls);
    this.sound.showConfirmed(controls);
    this.record.ariaPressed = String(controls.recording);
    this.record.textContent = controls.recording ? texts.console.recording : texts.console.record;
  }

  private statusReceived(status: Status): void {
    this.status = status;
    this.stateLine.textContent = statusSentence(this.connection.state, status);
    this.partner.performerSeen(status.performer === "present");
    findElement("#camera figcaption").textContent =
      `${sourceName(status.source)} · ${texts.console.landmarksOnly}`;
    this.showHealth();
  }

  private refused({ name, detail }: Refused): void {
    if (name === "wrong_key" || name === "not_operator") this.key.askForKey();
    else if (!tellRefusal(this.notice, name)) {
      this.refusal = refusalProblem(detail);
      this.notice.tell(this.refusal);
    }
  }

  private keyPressed(event: KeyboardEvent): void {
    const shortcut = shortcutOf(event, keyboardOwner(event.target));
    if (shortcut === null || !this.operates) return;
    swallowEvent(event);
    if (event.repeat) return;
    if (shortcut.kind === "go") findElement("#go").click();
    if (shortcut.kind === "back") findElement("#back").click();
    if (shortcut.kind === "tap") findElement("#sound [name=tap]").click();
    if (shortcut.kind === "panic") this.panic.freeze();
    if (shortcut.kind === "emotion") this.emotion.chooseEmotion(shortcut.index);
    if (shortcut.kind === "preset") this.cues.usePreset(shortcut.index);
  }
}

/** Says a refusal that is none of the visitor's own doing, with what the server says about it. */
function refusalProblem(detail: string): string {
  return texts.server.problem(texts.server[422], detail);
}

/** Keeps an event from whatever else would answer it. */
function swallowEvent(event: Event): void {
  if (keyboardOwner(event.target) === "text") return;
  event.preventDefault();
  event.stopPropagation();
}

/** Tells which keys the element in focus needs for itself. */
function keyboardOwner(target: EventTarget | null): "text" | "steps" | "none" {
  if (!(target instanceof Element)) return "none";
  if (target.matches("input:not([type=range], [type=radio]), select, textarea")) return "text";
  return target.matches("input:focus-visible") ? "steps" : "none";
}
