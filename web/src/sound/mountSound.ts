import "./sound.css";
import { texts } from "../language/texts";
import type { Beat, Changes, Controls } from "../protocol/messages";
import { Microphone } from "./microphone";
import { secondsToBar } from "./secondsToBar";
import { SteadyBeat } from "./steadyBeat";
import { TapTempo } from "./tapTempo";

/** What the controls of the beat need of their page. */
export interface SoundHost {
  set(changes: Changes): void;
  /** The server's clock now, seconds; null while it is not known. */
  readonly serverNow: number | null;
}

export interface Sound {
  /** Shows what the server confirmed. */
  confirm(controls: Controls): void;
  /** Does something at once, or at the next bar where the operator wants it so. */
  onTheBar(action: () => void): void;
}

const MARKUP = `
  <legend></legend>
  <i></i>
  <button type="button" name="tap"></button>
  <label><span></span><input type="number" name="bpm" min="20" max="400" step="0.1" /></label>
  <button type="button" name="listen" aria-pressed="false"></button>
  <button type="button" name="off"></button>
  <label><input type="checkbox" name="bar" /><b></b></label>
  <output></output>`;

/** Puts up the controls of the beat: tapped, typed, or heard. */
export function mountSound(parent: HTMLElement, host: SoundHost): Sound {
  return new SoundPanel(parent, host);
}

class SoundPanel implements Sound {
  private readonly panel = document.createElement("fieldset");
  private readonly taps = new TapTempo();
  private microphone: Microphone | null = null;
  private steady = new SteadyBeat();
  private beat: Beat | null = null;
  private pulse: Animation | null = null;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(
    parent: HTMLElement,
    private readonly host: SoundHost,
  ) {
    this.panel.id = "sound";
    this.panel.innerHTML = MARKUP;
    this.label();
    this.button("tap").onpointerdown = () => this.tap();
    this.button("tap").onclick = ({ detail }) => detail === 0 && this.tap();
    this.button("listen").onclick = () => void this.toggleMicrophone();
    this.button("off").onclick = () => this.host.set({ beat: null });
    this.input("bpm").onchange = () => this.type();
    parent.append(this.panel);
  }

  confirm({ beat }: Controls): void {
    if (beat?.bpm === this.beat?.bpm && beat?.at === this.beat?.at) return;
    this.beat = beat;
    this.input("bpm").value = beat ? beat.bpm.toFixed(1) : "";
    this.flash(beat);
  }

  onTheBar(action: () => void): void {
    clearTimeout(this.waiting);
    const now = this.host.serverNow;
    const waits = this.input("bar").checked && this.beat !== null && now !== null;
    if (waits) this.waiting = setTimeout(action, 1000 * secondsToBar(this.beat as Beat, now));
    else action();
  }

  private label(): void {
    const { sound } = texts;
    this.find("legend").textContent = sound.title;
    this.find("span").textContent = sound.bpm;
    this.find("b").textContent = sound.onTheBar;
    this.find("output").textContent = sound.hint;
    this.button("tap").textContent = sound.tap;
    this.button("listen").textContent = sound.listen;
    this.button("off").textContent = sound.off;
  }

  private tap(): void {
    const beat = this.taps.tap(performance.now() / 1000);
    if (beat) this.send(beat);
  }

  private type(): void {
    const input = this.input("bpm");
    if (input.value === "" || !input.checkValidity()) return;
    const at = this.beat ? this.onPage(this.beat.at) : performance.now() / 1000;
    this.send({ bpm: input.valueAsNumber, at });
  }

  private async toggleMicrophone(): Promise<void> {
    if (this.microphone) return this.stopListening();
    const button = this.button("listen");
    button.disabled = true;
    this.steady = new SteadyBeat();
    this.microphone = await Microphone.open((beat) => this.hear(beat)).catch(() => null);
    button.disabled = false;
    button.ariaPressed = String(this.microphone !== null);
    button.textContent = this.microphone ? texts.sound.stop : texts.sound.listen;
    this.say(this.microphone ? texts.sound.listening : texts.sound.refused);
  }

  private stopListening(): void {
    this.microphone?.close();
    this.microphone = null;
    this.button("listen").ariaPressed = "false";
    this.button("listen").textContent = texts.sound.listen;
    this.say(texts.sound.hint);
  }

  private hear(beat: Beat | null): void {
    if (!this.microphone) return;
    this.say(beat ? texts.sound.heard(beat.bpm) : texts.sound.unclear);
    const news = beat && this.steady.hear(beat);
    if (news) this.send(news);
  }

  /** @param beat Its `at` on the page's clock. */
  private send({ bpm, at }: Beat): void {
    const now = this.host.serverNow;
    if (now === null) return;
    this.host.set({ beat: { bpm, at: at + now - performance.now() / 1000 } });
  }

  /** When a moment of the server's clock is on the page's clock, seconds. */
  private onPage(at: number): number {
    const page = performance.now() / 1000;
    return at + page - (this.host.serverNow ?? page);
  }

  private flash(beat: Beat | null): void {
    this.pulse?.cancel();
    this.pulse = null;
    if (beat === null) return;
    const frames = [{ opacity: 1 }, { opacity: 0.15 }];
    const duration = 60_000 / beat.bpm;
    this.pulse = this.find("i").animate(frames, { duration, iterations: Number.POSITIVE_INFINITY });
    this.pulse.startTime = 1000 * this.onPage(beat.at);
  }

  private say(sentence: string): void {
    this.find("output").textContent = sentence;
  }

  private find(selector: string): HTMLElement {
    return this.panel.querySelector(selector) as HTMLElement;
  }

  private button(name: string): HTMLButtonElement {
    return this.panel.querySelector(`button[name=${name}]`) as HTMLButtonElement;
  }

  private input(name: string): HTMLInputElement {
    return this.panel.querySelector(`input[name=${name}]`) as HTMLInputElement;
  }
}
