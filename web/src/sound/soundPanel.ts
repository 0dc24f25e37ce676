import "./sound.css";
import { texts } from "../language/texts";
import type { Beat, ControlChanges, Controls } from "../protocol/messages";
import { Microphone } from "./microphone";
import { secondsToBar } from "./secondsToBar";
import { SteadyBeat } from "./steadyBeat";
import { TapTempo } from "./tapTempo";

/** What the controls of the beat need of their page. */
export interface SoundHost {
  changeControls(changes: ControlChanges): void;
  /** The server's clock now, seconds; null while it is not known. */
  serverNow(): number | null;
}

const MARKUP = `
  <button type="button" name="tap" data-control="tap"><i></i><span></span></button>
  <label><span></span><input type="number" name="bpm" min="20" max="400" step="0.1" /></label>
  <button type="button" name="listen" aria-pressed="false" data-control="listen"></button>
  <button type="button" name="off" data-control="no-beat"></button>
  <button type="button" name="bar" aria-pressed="false" data-control="on-the-bar"></button>
  <output></output>`;

/** The controls of the beat: tapped, typed, or heard. */
export class SoundPanel {
  private readonly panel = document.createElement("div");
  private readonly taps = new TapTempo();
  private microphone: Microphone | null = null;
  private steady = new SteadyBeat();
  private beat: Beat | null = null;
  private pulse: Animation | null = null;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  /** @param parent Where they are put up. */
  constructor(
    parent: HTMLElement,
    private readonly host: SoundHost,
  ) {
    this.panel.id = "sound";
    this.panel.role = "group";
    this.panel.innerHTML = MARKUP;
    this.setTexts();
    this.button("tap").onpointerdown = () => this.beatTapped();
    this.button("tap").onclick = ({ detail }) => detail === 0 && this.beatTapped();
    this.button("listen").onclick = () => void this.toggleMicrophone();
    this.button("off").onclick = () => this.host.changeControls({ beat: null });
    this.button("bar").onclick = () => this.toggleBar();
    this.input.onchange = () => this.tempoTyped();
    parent.append(this.panel);
  }

  /** Shows what the server confirmed. */
  showConfirmed({ beat }: Controls): void {
    if (beat?.bpm === this.beat?.bpm && beat?.at === this.beat?.at) return;
    this.beat = beat;
    this.input.value = beat ? beat.bpm.toFixed(1) : "";
    this.pulseOn(beat);
  }

  /** Does something at once, or at the next bar where the operator wants it so. */
  onTheBar(action: () => void): void {
    clearTimeout(this.waiting);
    const wait = this.untilBar();
    const bar = this.button("bar");
    bar.ariaBusy = String(wait > 0);
    const act = () => {
      bar.ariaBusy = "false";
      action();
    };
    if (wait > 0) this.waiting = setTimeout(act, wait);
    else action();
  }

  private setTexts(): void {
    const { sound } = texts;
    this.panel.ariaLabel = sound.title;
    this.find("[name=tap] span").textContent = sound.tap;
    this.find("label span").textContent = sound.bpm;
    this.find("output").textContent = sound.hint;
    this.button("listen").textContent = sound.listen;
    this.button("off").textContent = sound.off;
    this.button("bar").textContent = sound.onTheBar;
  }

  private beatTapped(): void {
    const beat = this.taps.tap(performance.now() / 1000);
    if (beat) this.sendBeat(beat);
  }

  private tempoTyped(): void {
    const { input } = this;
    if (input.value === "" || !input.checkValidity()) return;
    const at = this.beat ? this.onPage(this.beat.at) : performance.now() / 1000;
    this.sendBeat({ bpm: input.valueAsNumber, at });
  }

  private async toggleMicrophone(): Promise<void> {
    if (this.microphone) return this.stopListening();
    const button = this.button("listen");
    button.disabled = true;
    this.steady = new SteadyBeat();
    this.microphone = await Microphone.open((beat) => this.beatHeard(beat)).catch(() => null);
    button.disabled = false;
    button.ariaPressed = String(this.microphone !== null);
    button.textContent = this.microphone ? texts.sound.stop : texts.sound.listen;
    const { listening, refused, insecure } = texts.sound;
    this.showSentence(this.microphone ? listening : isSecureContext ? refused : insecure);
  }

  private toggleBar(): void {
    const button = this.button("bar");
    button.ariaPressed = String(button.ariaPressed !== "true");
  }

  /** Milliseconds until what may wait for the bar is done; 0 for at once. */
  private untilBar(): number {
    const now = this.host.serverNow();
    const waits = this.button("bar").ariaPressed === "true";
    return waits && this.beat && now !== null ? 1000 * secondsToBar(this.beat, now) : 0;
  }

  private stopListening(): void {
    this.microphone?.close();
    this.microphone = null;
    this.button("listen").ariaPressed = "false";
    this.button("listen").textContent = texts.sound.listen;
    this.showSentence(texts.sound.hint);
  }

  private beatHeard(beat: Beat | null): void {
    if (!this.microphone) return;
    this.showSentence(beat ? texts.sound.heard(beat.bpm) : texts.sound.unclear);
    const news = beat && this.steady.accept(beat);
    if (news) this.sendBeat(news);
  }

  /** @param beat Its `at` on the page's clock. */
  private sendBeat({ bpm, at }: Beat): void {
    const now = this.host.serverNow();
    if (now === null) return;
    this.host.changeControls({ beat: { bpm, at: at + now - performance.now() / 1000 } });
  }

  /** When a moment of the server's clock is on the page's clock, seconds. */
  private onPage(at: number): number {
    const page = performance.now() / 1000;
    return at + page - (this.host.serverNow() ?? page);
  }

  private pulseOn(beat: Beat | null): void {
    this.pulse?.cancel();
    this.pulse = null;
    if (beat === null) return;
    const frames = [{ opacity: 1 }, { opacity: 0.15 }];
    const duration = 60_000 / beat.bpm;
    this.pulse = this.find("i").animate(frames, { duration, iterations: Number.POSITIVE_INFINITY });
    this.pulse.startTime = 1000 * this.onPage(beat.at);
  }

  private showSentence(sentence: string): void {
    this.find("output").textContent = sentence;
  }

  private find(selector: string): HTMLElement {
    return this.panel.querySelector(selector) as HTMLElement;
  }

  private button(name: string): HTMLButtonElement {
    return this.panel.querySelector(`button[name=${name}]`) as HTMLButtonElement;
  }

  private get input(): HTMLInputElement {
    return this.panel.querySelector("input") as HTMLInputElement;
  }
}
