import { saySentence } from "../language/saySentence";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import { Notice } from "../page/notice";
import type { Settings } from "../page/settings";
import { statusSentence } from "../page/statusSentence";
import { tellRefusal } from "../page/tellRefusal";
import { visitorKey } from "../page/visitorKey";
import { isKeyRefusal } from "../protocol/keyRefusal";
import type { ControlChanges, Controls, Hello, Refused, Status } from "../protocol/messages";
import type { Quality } from "../quality";
import { StageClient } from "../show/stageClient";
import { SoundPanel } from "../sound/soundPanel";
import { confirmTwice } from "./confirmTwice";
import { ContentChoice } from "./contentChoice";
import { CrowdPanel } from "./crowdPanel";
import { CuePanel } from "./cues/cuePanel";
import { EmotionPanel } from "./emotion/emotionPanel";
import { HealthPanel } from "./healthPanel";
import { KeyDialog } from "./keyDialog";
import { LandmarkView, type Seen } from "./landmarkView";
import { LinksPanel } from "./links/linksPanel";
import { WhipPanel } from "./links/whipPanel";
import { MidiPanel } from "./midi/midiPanel";
import { MidiShow } from "./midi/midiShow";
import { PanelTabs } from "./panelTabs";
import { PanicButtons } from "./panicButtons";
import { PartnerPanel } from "./partnerPanel";
import { PromptBox } from "./promptBox";
import { type DoorState, ServerApi, type StageState } from "./serverApi";
import { shortcutOf } from "./shortcutOf";
import { StagesPanel } from "./stagesPanel";
import { TakesPanel } from "./takesPanel";
import { LtcPanel } from "./timecode/ltcPanel";

/** Drawings of the monitor per second: enough to watch, and light on a tablet. */
const MONITOR_FPS = 31;
/** Between two looks at what the server does not tell by itself, milliseconds. */
const PERIOD = 2000;

/** The operator's page: what each part hears from the others passes through here. */
export class ConsolePage {
  private readonly root = document.documentElement;
  private readonly stateLine = findElement("#state");
  private readonly notice = new Notice();
  private readonly record = findElement<HTMLButtonElement>("#record");
  private readonly seat = findElement<HTMLButtonElement>("#free-seat");
  private readonly key = new KeyDialog((key) => this.useKey(key));
  private readonly api: ServerApi;
  private readonly emotion = new EmotionPanel((changes) => this.changeEmotion(changes));
  private readonly prompt = new PromptBox(findElement("#strength"), (changes) =>
    this.changeControls(changes),
  );
  private readonly content = new ContentChoice((changes) => this.changeControls(changes));
  private readonly partner: PartnerPanel;
  private readonly panic = new PanicButtons((changes) => this.changeControls(changes));
  private readonly canvas = findElement<HTMLCanvasElement>("#monitor canvas");
  private readonly health = new HealthPanel();
  private readonly sound: SoundPanel;
  private readonly midi: MidiPanel;
  private readonly midiShow: MidiShow;
  private readonly cues: CuePanel;
  private readonly crowd: CrowdPanel;
  private readonly takes: TakesPanel;
  private readonly stages: StagesPanel;
  private readonly links: LinksPanel;
  private readonly landmarks: LandmarkView;
  private readonly client: StageClient;
  private state: StageState | null = null;
  private door: DoorState | null = null;
  private refusal = "";

  /** @param best The highest tier of drawing that this machine may try; null without 3D. */
  constructor(settings: Settings, best: Quality | null) {
    const { stage } = settings;
    const key = visitorKey.recall();
    const tell = (sentence: string) => this.notice.tell(sentence);
    const serverNow = () => this.client.serverNow;
    const options = { role: "operator", key, best, fps: MONITOR_FPS } as const;
    this.client = new StageClient(this.canvas, settings, options, {
      stateChanged: () => this.stateChanged(),
      helloReceived: (hello) => this.helloReceived(hello),
      controlsChanged: (controls) => this.controlsChanged(controls),
      statusChanged: (status) => this.statusChanged(status),
      refused: (refused) => this.refused(refused),
      cuesChanged: () => void this.cues.refresh(),
      drawn: () => this.drawn(),
    });
    this.api = new ServerApi(stage, key);
    this.partner = new PartnerPanel(
      (changes) => this.changeControls(changes),
      () => this.client.connection.send({ type: "take_up" }),
    );
    this.sound = new SoundPanel(findElement("#beat"), {
      changeControls: (changes) => this.changeControls(changes),
      serverNow,
      openMidi: () => this.midi.open(),
    });
    this.cues = new CuePanel(this.api, {
      controls: () => this.client.controls,
      serverNow,
      changeControls: (changes, fade) => this.changeControls(changes, fade),
      tell,
    });
    this.crowd = new CrowdPanel(this.api, (changes) => this.changeControls(changes));
    this.midiShow = new MidiShow({
      openMidi: () => this.midi.open(),
      go: (cue) => this.cues.goNumber(cue),
      chase: (timecode, age) => this.cues.chase(timecode, age),
    });
    new LtcPanel((timecode, age) => this.cues.chase(timecode, age));
    this.midi = new MidiPanel(
      (data, seconds) => this.midiReceived(data, seconds),
      () => this.midiShow.on,
    );
    this.takes = new TakesPanel(this.api, tell);
    this.stages = new StagesPanel(this.api, stage, tell);
    this.links = new LinksPanel(this.api, stage, tell);
    new WhipPanel(stage, tell);
    const landmarks = () =>
      this.operates ? this.api.requestStage<Seen>("GET", "landmarks") : null;
    this.landmarks = new LandmarkView(findElement("#camera"), landmarks, serverNow);
    this.record.onclick = () =>
      this.changeControls({ recording: this.record.ariaPressed !== "true" });
    confirmTwice(this.seat, () => void this.freeSeat());
    findElement("#monitor p").hidden = best !== null;
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    findElement("#stage-name").textContent = stage === "default" ? "" : stage;
  }

  start(): void {
    new PanelTabs(() => this.pollServer());
    addEventListener("keydown", (event) => this.keyPressed(event), { capture: true });
    addEventListener("keyup", (event) => event.code === "Space" && swallowEvent(event), {
      capture: true,
    });
    setInterval(() => this.pollServer(), PERIOD);
    if (!isSecureContext) this.notice.tell(texts.page.insecure);
    this.client.start();
    void this.landmarks.watchLandmarks();
  }

  private useKey(key: string): void {
    this.api.key = key;
    this.client.connection.rejoin({ role: "operator", key });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    this.client.resize(clientWidth, clientHeight, 0);
  }

  /** Asks for changes; what was refused before is past then. */
  private changeControls(changes: ControlChanges, fade = 0): void {
    this.notice.retract(this.refusal);
    this.client.connection.setControls(changes, fade);
  }

  /** A change of emotion may wait for the beat or bar; nothing else does. */
  private changeEmotion(changes: ControlChanges): void {
    if (changes.emotion) this.sound.onTheBar(() => this.changeControls(changes));
    else this.changeControls(changes);
  }

  private midiReceived(data: Uint8Array, seconds: number): void {
    this.sound.receiveMidi(data, seconds);
    this.midiShow.receive(data, seconds);
  }

  private get operates(): boolean {
    return this.root.dataset.role === "operator";
  }

  private drawn(): void {
    const { shown } = this.client;
    if (shown) this.emotion.showFelt(shown.emotion);
  }

  /** Looks at what the server does not tell by itself, as far as it can be seen. */
  private pollServer(): void {
    if (document.hidden || this.client.connection.state !== "live") return;
    void this.api
      .requestStage<StageState>("GET", "")
      .then((state) => this.stateSeen(state))
      .catch(() => {});
    if (!this.operates) return;
    void this.api
      .requestServer<DoorState>("GET", "door")
      .then((door) => this.doorSeen(door))
      .catch(() => {});
    if (findElement("#crowd").offsetParent !== null) void this.crowd.refresh();
    if (findElement("#takes").offsetParent !== null) void this.takes.refresh();
    if (findElement("#stages").offsetParent !== null) void this.stages.refresh();
    if (findElement("#links").offsetParent !== null) void this.links.refresh();
  }

  private stateSeen(state: StageState): void {
    const { refused } = state;
    if (refused && refused.text !== this.state?.refused?.text)
      this.notice.tell(saySentence(refused));
    this.state = state;
    this.showHealth();
  }

  /** Ends the turn of whoever performs in a browser. */
  private freeSeat(): Promise<void> {
    return this.api
      .requestStage<void>("DELETE", "performer")
      .catch((error: Error) => this.notice.tell(error.message));
  }

  private doorSeen(door: DoorState): void {
    this.door = door;
    this.showHealth();
  }

  private showHealth(): void {
    const { status, latency, hello, connection } = this.client;
    const { roundTrip } = connection.clock;
    const model = hello?.model ?? "–";
    const { state: stage, door } = this;
    this.health.showHealth({ status, stage, door, latency, roundTrip, model });
  }

  private stateChanged(): void {
    const { connection, status } = this.client;
    this.stateLine.textContent = statusSentence(connection.state, status);
    if (connection.state === "live") this.pollServer();
  }

  private helloReceived(hello: Hello): void {
    this.root.dataset.role = hello.role;
    this.emotion.offerEmotions(hello.emotions);
    this.prompt.offerTexts(hello);
    this.content.offerContents(hello);
    this.partner.offerChoices(hello);
    if (this.operates) void this.cues.refresh();
  }

  private controlsChanged(controls: Controls): void {
    this.emotion.showConfirmed(controls);
    this.prompt.showConfirmed(controls);
    this.content.showConfirmed(controls);
    this.partner.showConfirmed(controls);
    this.panic.showConfirmed(controls);
    this.crowd.showConfirmed(controls);
    this.sound.showConfirmed(controls);
    this.record.ariaPressed = String(controls.recording);
    this.record.textContent = controls.recording ? texts.console.recording : texts.console.record;
  }

  private statusChanged(status: Status): void {
    this.stateLine.textContent = statusSentence(this.client.connection.state, status);
    this.partner.performerSeen(status.performer === "present");
    this.seat.hidden = status.source !== "browser" || status.source_state !== "delivering";
    findElement("#camera figcaption").textContent =
      `${sourceName(status.source)} · ${texts.console.landmarksOnly}`;
    this.showHealth();
  }

  private refused({ name, detail, told }: Refused): void {
    if (isKeyRefusal(name)) this.key.askForKey(visitorKey.recall() && texts.key[name]);
    else if (name === "not_operator") this.key.askForKey("");
    else if (!tellRefusal(this.notice, name)) {
      this.refusal = refusalProblem(told ? saySentence(told) : detail);
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
