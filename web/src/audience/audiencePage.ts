import { VisitorAvatar } from "../avatars/visitorAvatar";
import { DebugOverlay } from "../page/debugOverlay";
import { findElement } from "../page/findElement";
import { Notice } from "../page/notice";
import type { Settings } from "../page/settings";
import { statusSentence } from "../page/statusSentence";
import { tellRefusal } from "../page/tellRefusal";
import { versionMismatch } from "../page/versionMismatch";
import { visitorKey } from "../page/visitorKey";
import type { Controls, EmotionWeights, Hello, Refused, Status } from "../protocol/messages";
import type { Quality } from "../quality";
import { StageClient } from "../show/stageClient";
import { SoundPanel } from "../sound/soundPanel";
import { toggleFullScreen } from "../venue/toggleFullScreen";
import { Venue } from "../venue/venue";
import { WhipBroadcast } from "../venue/whipBroadcast";
import { AudiencePanel } from "./audiencePanel";
import { VoteInvitation } from "./voteInvitation";

/** Between two attempts of a kiosk to get to a stage that is not there, milliseconds. */
const RETURN = 15_000;

/** The audience's page: what each part hears from the others passes through here. */
export class AudiencePage {
  readonly client: StageClient;
  private readonly canvas = findElement<HTMLCanvasElement>("#stage");
  private readonly controls = findElement("#controls");
  private readonly notice = new Notice();
  private readonly panel: AudiencePanel;
  private readonly debug = new DebugOverlay(findElement("#debug"));
  private readonly avatar: VisitorAvatar;
  private readonly venue: Venue;
  private readonly sound: SoundPanel | null;
  private readonly vote: VoteInvitation;

  /** @param best The highest tier of drawing that this machine may try. */
  constructor(
    private readonly settings: Settings,
    best: Quality,
  ) {
    const role = settings.kiosk || settings.transparent ? "viewer" : "operator";
    this.client = new StageClient(
      this.canvas,
      settings,
      {
        role,
        key: visitorKey.recall(),
        best,
        camera: prefersStillness() ? "still" : settings.camera,
      },
      {
        stateChanged: () => this.stateChanged(),
        helloReceived: (hello) => this.helloReceived(hello),
        controlsChanged: (controls) => this.controlsChanged(controls),
        statusChanged: (status) => this.statusChanged(status),
        refused: (refused) => this.refused(refused),
        drawn: (now) => this.drawn(now),
        ownsLook: (look) => this.avatar.ownsLook(look),
      },
    );
    const { connection } = this.client;
    this.panel = new AudiencePanel({
      emotionChosen: (emotion) => this.onTheBar(() => connection.setControls({ emotion })),
      energyChosen: (energy) => connection.setControls({ energy }),
      takeUpWished: () => connection.send({ type: "take_up" }),
    });
    this.sound = settings.sound ? this.createSoundPanel() : null;
    this.avatar = new VisitorAvatar(findElement("#actions"), {
      avatarChanged: (avatar) => this.client.wearAvatar(avatar),
      messageChanged: (sentence) => this.notice.tell(sentence),
    });
    this.vote = new VoteInvitation(settings.stage);
    this.venue = new Venue(settings, {
      idleChanged: (idle) => this.client.setIdle(idle),
      litChanged: (lit) => this.client.setLit(lit),
    });
  }

  start(): void {
    const resized = new ResizeObserver(() => this.resize());
    resized.observe(this.canvas);
    resized.observe(this.controls);
    this.bindControls();
    const { debug, complaints } = this.settings;
    if (debug) this.debug.toggle();
    if (complaints.length > 0) this.notice.tell(complaints.join(" "));
    this.venue.start();
    this.client.start();
    this.broadcast();
  }

  /** Sends the picture to a WHIP server where the address of the page names one. */
  private broadcast(): void {
    const { whip } = this.settings;
    if (whip === null) return;
    // Servers keep what follows a question mark in their logs, but never see a fragment.
    const token = new URLSearchParams(location.hash.slice(1)).get("whip") ?? "";
    let told = "";
    const broadcast = new WhipBroadcast(this.canvas, whip, token, (sentence) => {
      if (sentence !== null) this.notice.tell(sentence);
      else this.notice.retract(told);
      told = sentence ?? "";
      document.documentElement.dataset.whip = told; // for the console that opened this page
    });
    broadcast.start();
  }

  private bindControls(): void {
    for (const link of document.querySelectorAll<HTMLAnchorElement>("#webcam, #operate")) {
      link.search = location.search;
    }
    const fullScreen = findElement<HTMLButtonElement>("#full-screen");
    fullScreen.hidden = !document.fullscreenEnabled;
    fullScreen.onclick = toggleFullScreen;
    this.canvas.ondblclick = toggleFullScreen;
    window.addEventListener("keydown", (event) => {
      if (event.key === "d" && !event.ctrlKey && !event.metaKey) this.debug.toggle();
    });
  }

  private createSoundPanel(): SoundPanel {
    return new SoundPanel(this.controls, {
      changeControls: (changes) => this.client.connection.setControls(changes),
      serverNow: () => this.client.serverNow,
    });
  }

  private resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const { height, top } = this.controls.getBoundingClientRect();
    const covered = height > 0 ? clientHeight - top : 0;
    this.client.resize(clientWidth, clientHeight, covered);
  }

  private drawn(now: number): void {
    this.debug.update(now, () => this.client.measure());
    const shown = this.client.shown;
    if (shown && !this.client.isLost) this.venue.frameShown(shown.sequence);
  }

  private stateChanged(): void {
    const { connection, status } = this.client;
    if (connection.state === "live") versionMismatch.forget();
    this.panel.showState(statusSentence(connection.state, status));
  }

  private helloReceived(hello: Hello): void {
    this.panel.offerEmotions(hello.emotions);
    this.avatar.setSkeleton(hello.skeleton);
  }

  private controlsChanged(controls: Controls): void {
    this.panel.showConfirmed(controls);
    this.vote.showConfirmed(controls);
    this.sound?.showConfirmed(controls);
    this.showCaption();
  }

  private statusChanged(status: Status): void {
    this.venue.performerSeen = status.performer === "present";
    this.panel.performerSeen(status.performer === "present");
    this.panel.showState(statusSentence(this.client.connection.state, status));
    this.showCaption();
  }

  /** The demo is for newcomers, who are told what they see while both dancers are shown. */
  private showCaption(): void {
    const { controls, status } = this.client;
    const isDemo = status?.source === "demo" && controls?.placement !== "alone";
    this.panel.showCaption(isDemo && controls ? strongestEmotion(controls.emotion) : null);
  }

  /** Nobody is there to look for another stage in a kiosk; its own may come back. */
  private turnedAway(name: string): void {
    const { connection } = this.client;
    const alone = this.settings.kiosk && connection.state === "refused";
    if (alone) setTimeout(() => connection.start(), RETURN);
    // This page asks for more than a link to watch grants, and is content with less.
    if (name !== "not_granted" || connection.state === "refused") tellRefusal(this.notice, name);
  }

  /** Does something when the beat lets it. */
  private onTheBar(action: () => void): void {
    if (this.sound) this.sound.onTheBar(action);
    else action();
  }

  private refused({ name }: Refused): void {
    if (name === "unsupported_version") versionMismatch.tell(this.notice, this.settings.kiosk);
    else this.turnedAway(name);
  }
}

function strongestEmotion(weights: EmotionWeights): string | null {
  const [strongest] = Object.entries(weights).sort(([, a], [, b]) => b - a);
  return strongest?.[0] ?? null;
}

function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
