import { texts } from "../language/texts";
import { DebugOverlay } from "../page/debugOverlay";
import { findElement } from "../page/findElement";
import { Notice } from "../page/notice";
import type { Settings } from "../page/settings";
import { tellRefusal } from "../page/tellRefusal";
import { versionMismatch } from "../page/versionMismatch";
import { visitorKey } from "../page/visitorKey";
import type { CameraSight } from "../performer/cameraSight";
import { judgeFraming } from "../performer/judgeFraming";
import { Performer } from "../performer/performer";
import { Preview } from "../performer/preview";
import { isKeyRefusal } from "../protocol/keyRefusal";
import type { Controls, EmotionWeights, Hello, Refused } from "../protocol/messages";
import type { Quality } from "../quality";
import { StageClient } from "../show/stageClient";
import { toggleFullScreen } from "../venue/toggleFullScreen";
import { wakeLock } from "../venue/wakeLock";
import { ChoicePanel } from "./choicePanel";
import { DanceFlow, type DanceState } from "./danceFlow";

/** Cameras that take fewer pictures a second make the partner follow late. */
const SLOW_CAMERA = 12;
/** Between two attempts to get the seat on the stage, milliseconds. */
const QUEUE_PERIOD = 3000;
/** How long a passing remark stays, milliseconds. */
const REMARK = 6000;

/** As in a mirror: what the performer raises rises on the same side, theirs and the partner's. */
const PLACEMENT = "mirror";

/** What can be done about a trouble. */
type Way = "again" | "wait" | "watch";

/** The performer's page: it sees that they stand well, and dances with them. */
export class DancePage {
  readonly client: StageClient;
  private readonly root = document.documentElement;
  private readonly notice = new Notice();
  private readonly debug = new DebugOverlay(findElement("#debug"));
  private readonly performer: Performer;
  private readonly flow = new DanceFlow();
  private readonly choices: ChoicePanel;
  /** What the performer chose before the dance, which only they who dance may set. */
  private chosen: EmotionWeights | null = null;
  private toldSlow = false;

  /** @param best The highest tier of drawing that this machine may try. */
  constructor(
    private readonly settings: Settings,
    best: Quality,
  ) {
    const canvas = findElement<HTMLCanvasElement>("#stage");
    this.client = new StageClient(
      canvas,
      settings,
      { role: "viewer", key: visitorKey.recall(), best },
      {
        stateChanged: () => this.linkChanged(),
        helloReceived: (hello) => this.helloReceived(hello),
        controlsChanged: (controls) => this.controlsChanged(controls),
        statusChanged: () => {},
        refused: (refused) => this.refused(refused),
        drawn: (now) => this.drawn(now),
      },
    );
    this.performer = new Performer(new Preview(findElement("#mirror")), {
      opened: () => this.advise(texts.dance.loading),
      pictureSeen: (sight) => this.pictureSeen(sight),
      failed: (reason) => this.showTrouble(reason, ["again", "watch"]),
    });
    this.choices = new ChoicePanel({
      emotionChosen: (emotion) => this.emotionChosen(emotion),
      modeChosen: (mode) => this.client.connection.setControls({ mode }),
    });
    if (settings.placement === null) this.client.setPlacement(PLACEMENT);
    const resized = new ResizeObserver(() => this.resize(canvas));
    resized.observe(canvas);
    resized.observe(findElement("#dancing"));
  }

  start(): void {
    this.bindControls();
    this.offerPlacements();
    const { debug, complaints } = this.settings;
    if (debug) this.debug.toggle();
    if (complaints.length > 0) this.notice.tell(complaints.join(" "));
    if (isSecureContext) this.enterState("welcome");
    else this.showTrouble(texts.page.insecure, ["watch"]);
    this.client.start();
    setInterval(() => this.askForSeat(), QUEUE_PERIOD);
  }

  private resize({ clientWidth, clientHeight }: HTMLCanvasElement): void {
    this.client.resize(clientWidth, clientHeight, findElement("#dancing").offsetHeight);
  }

  private bindControls(): void {
    findElement("#begin").onclick = () => this.begin();
    findElement("#again").onclick = () => this.begin();
    findElement("#wait").onclick = () => this.enterState("queueing");
    findElement("#stop").onclick = () => this.leaveSeat();
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a.watch")) {
      link.href = `.${location.search}`;
    }
  }

  private offerPlacements(): void {
    const select = findElement<HTMLSelectElement>("#placement");
    const options = Object.entries(texts.placement).map(([value, text]) => new Option(text, value));
    select.replaceChildren(...options);
    select.onchange = () => this.client.setPlacement(select.value as Controls["placement"]);
  }

  /** Asks whether the seat on the stage is free; the first landmarks take it. */
  private begin(): void {
    wakeLock();
    if (document.fullscreenEnabled && !document.fullscreenElement) toggleFullScreen();
    this.enterState("opening");
    this.advise(texts.state.connecting);
    this.client.connection.changeRole("performer");
  }

  private leaveSeat(): void {
    this.performer.stop();
    if (document.fullscreenElement) toggleFullScreen();
    this.client.connection.changeRole("viewer");
    this.chosen = null;
    this.enterState("welcome");
  }

  private emotionChosen(emotion: EmotionWeights): void {
    this.chosen = emotion;
    if (this.flow.state === "dancing") this.client.connection.setControls({ emotion });
    else this.choices.showEmotion(emotion);
  }

  /** Begins with a partner that copies, for that is understood at once. */
  private beginDance(): void {
    const emotion = this.chosen ?? this.client.controls?.emotion ?? {};
    this.client.connection.setControls({ mode: "mirror", emotion });
  }

  private askForSeat(): void {
    if (this.flow.state === "queueing") this.client.connection.changeRole("performer");
  }

  private helloReceived(hello: Hello): void {
    this.choices.offerEmotions(hello.emotions);
    this.choices.allow(true);
    const asks = this.flow.state === "opening" || this.flow.state === "queueing";
    if (!asks || hello.role !== "performer") return;
    this.enterState("opening");
    this.advise(texts.dance.opening);
    void this.performer.start();
  }

  private pictureSeen(sight: CameraSight): void {
    const before = this.flow.state;
    const now = performance.now() / 1000;
    if (before === "opening") this.enterState("framing");
    this.flow.takeFraming(judgeFraming(sight), now);
    this.showFlow(now);
    // Until the dance begins nobody is sent up, which keeps the seat.
    const dances = this.flow.state === "dancing";
    this.client.connection.sendLandmarks(sight.captured, dances ? sight.people : []);
    if (sight.rate !== null && sight.rate < SLOW_CAMERA) this.tellSlow(sight.rate);
  }

  private tellSlow(rate: number): void {
    if (this.toldSlow) return;
    this.toldSlow = true;
    this.notice.tell(texts.camera.slow(Math.round(rate)));
  }

  private drawn(now: number): void {
    this.debug.update(now, () => this.client.measure());
    if (this.flow.state === "countdown" || this.flow.state === "dancing") this.showFlow(now);
  }

  /** @param now Seconds of the page's clock. */
  private showFlow(now: number): void {
    const count = this.flow.countDown(now);
    const { state, framing } = this.flow;
    if (state === "dancing" && this.root.dataset.dance !== state) this.beginDance();
    this.root.dataset.dance = state;
    this.root.dataset.framing = framing;
    setText("#count", count > 0 ? String(count) : "");
    if (state === "framing") this.advise(texts.framing[framing]);
    if (state === "countdown") this.advise(texts.dance.getReady);
    if (state !== "dancing") return;
    this.advise(this.danceAdvice(now));
    this.choices.showInvitation(this.flow.isAcquainted(now));
  }

  private danceAdvice(now: number): string {
    if (this.flow.isUnseen(now)) return texts.dance.unseen;
    const { placement, controls } = this.client;
    const isShown = (placement ?? controls?.placement) !== "alone";
    return isShown && this.flow.isNew(now) ? texts.dance.introduction : "";
  }

  private enterState(state: DanceState): void {
    this.flow.enter(state, performance.now() / 1000);
    this.root.dataset.dance = state;
    if (state === "queueing") this.advise(texts.dance.waiting);
  }

  /** Says what the performer should do now, for them to read from across the room. */
  private advise(sentence: string): void {
    setText("#advice", sentence);
  }

  private controlsChanged({ placement, mode, emotion }: Controls): void {
    findElement<HTMLSelectElement>("#placement").value = this.client.placement ?? placement;
    this.choices.showMode(mode);
    const waits = this.flow.state !== "dancing" && this.chosen;
    this.choices.showEmotion(waits || emotion);
  }

  private linkChanged(): void {
    const { state } = this.client.connection;
    if (state === "waiting") this.notice.tell(texts.dance.disconnected);
    if (state !== "live") return;
    versionMismatch.forget();
    this.notice.retract(texts.dance.disconnected);
  }

  private refused({ name }: Refused): void {
    if (name === "unsupported_version") versionMismatch.tell(this.notice, false);
    else if (name === "performer_taken") this.seatTaken();
    else if (name === "seat_freed") this.seatFreed();
    else if (name === "source_not_browser" || isKeyRefusal(name))
      this.showTrouble(texts.refusal[name], ["watch"]);
    else if (name === "not_operator") this.choices.allow(false);
    else tellRefusal(this.notice, name);
  }

  private seatTaken(): void {
    if (this.flow.state === "queueing") return;
    const { taken, lostSeat } = texts.dance;
    this.performer.stop();
    this.showTrouble(this.flow.state === "opening" ? taken : lostSeat, ["wait", "watch"]);
  }

  private seatFreed(): void {
    this.performer.stop();
    this.showTrouble(texts.dance.freed, ["again", "watch"]);
  }

  private showTrouble(sentence: string, ways: readonly Way[]): void {
    this.enterState("trouble");
    if (!ways.includes("wait")) this.client.connection.changeRole("viewer");
    setText("#trouble p", sentence);
    for (const way of ["again", "wait"] as const)
      findElement(`#${way}`).hidden = !ways.includes(way);
  }

  /** Browsers show a hidden page no pictures of the camera. */
  private visibilityChanged(): void {
    const dances = this.flow.state === "dancing";
    const hidden = document.visibilityState === "hidden";
    document.title = hidden && dances ? texts.dance.hidden : "Bhava";
    if (hidden || !dances) return;
    this.notice.tell(texts.dance.wasHidden);
    setTimeout(() => this.notice.retract(texts.dance.wasHidden), REMARK);
  }
}

function setText(selector: string, text: string): void {
  const found = findElement(selector);
  if (found.textContent !== text) found.textContent = text;
}
