import "./sound.css";
import { texts } from "../language/texts";
import type { Beat, ControlChanges, Controls, Timekeeper } from "../protocol/messages";
import { Microphone } from "./microphone";
import { MidiClock, SILENCE } from "./midiClock";
import { secondsToBar } from "./secondsToBar";
import { SteadyBeat } from "./steadyBeat";
import { TapTempo } from "./tapTempo";

/** What the controls of the beat need of their page. */
export interface SoundHost {
  changeControls(changes: ControlChanges): void;
  /** The server's clock now, seconds; null while it is not known. */
  serverNow(): number | null;
  /** Lets MIDI devices in, where the page can. */
  openMidi?(): void;
}

const MARKUP = `
  <button type="button" name="tap" data-control="tap"><i></i><span></span></button>
  <label><span></span><input type="number" name="bpm" min="20" max="400" step="0.1" /></label>
  <button type="button" name="listen" aria-pressed="false" data-control="listen"></button>
  <button type="button" name="off" data-control="no-beat"></button>
  <label><span></span><select name="tempo"></select></label>
  <button type="button" name="beat" aria-pressed="false" data-control="on-the-beat"></button>
  <button type="button" name="bar" aria-pressed="false" data-control="on-the-bar"></button>
  <output></output>`;

const TEMPI = ["any", "hand", "microphone", "midi", "osc", "link"] as const;

/** The controls of the beat: tapped, typed, or heard; and who of these keeps the time. */
export class SoundPanel {
  private readonly panel = document.createElement("div");
  private readonly taps = new TapTempo();
  private microphone: Microphone | null = null;
  private steady = new SteadyBeat();
  private readonly clock = new MidiClock();
  /** The newest beat of the MIDI clock; null while none ticks. */
  private clocked: Beat | null = null;
  private watch: ReturnType<typeof setInterval> | undefined;
  private beat: Beat | null = null;
  private tempo: Controls["tempo"] = "any";
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
    this.button("listen").onclick = () => this.toggleMicrophone();
    this.button("off").onclick = () => this.host.changeControls({ beat: null });
    this.button("bar").onclick = () => this.toggleGrid("bar", "beat");
    this.button("beat").onclick = () => this.toggleGrid("beat", "bar");
    this.chooser.onchange = () => this.tempoChosen(this.chooser.value as Controls["tempo"]);
    this.input.onchange = () => this.tempoTyped();
    parent.append(this.panel);
  }

  /** Shows what the server confirmed. */
  showConfirmed({ beat, tempo }: Controls): void {
    this.tempoConfirmed(tempo);
    if (beat?.bpm === this.beat?.bpm && beat?.at === this.beat?.at) return;
    this.beat = beat;
    this.input.value = beat ? beat.bpm.toFixed(1) : "";
    this.pulseOn(beat);
  }

  /** Takes in a message of a MIDI device; its clock counts where it keeps the time. */
  receiveMidi(data: ArrayLike<number>, seconds: number): void {
    const beat = this.clock.receive(data, seconds);
    if (beat === null) return;
    this.clocked = beat;
    this.watch ??= setInterval(() => this.watchClock(), 1000 * SILENCE);
    this.showSentence(texts.sound.clock(beat.bpm));
    if (this.tempo === "midi") this.sendBeat(beat, "midi");
  }

  /** Does something at once, or on the next beat or bar where the operator wants it so. */
  onTheBar(action: () => void): void {
    clearTimeout(this.waiting);
    const wait = this.untilBar();
    const waiting = this.button(this.grid === 1 ? "beat" : "bar");
    waiting.ariaBusy = String(wait > 0);
    const act = () => {
      waiting.ariaBusy = "false";
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
    this.button("beat").textContent = sound.onTheBeat;
    this.button("bar").textContent = sound.onTheBar;
    this.find("label:has(select) span").textContent = sound.tempo;
    for (const value of TEMPI) this.chooser.add(new Option(sound.tempi[value], value));
  }

  private beatTapped(): void {
    const beat = this.taps.tap(performance.now() / 1000);
    if (beat) this.sendBeat(beat, "hand");
  }

  private tempoTyped(): void {
    const { input } = this;
    if (input.value === "" || !input.checkValidity()) return;
    const at = this.beat ? this.onPage(this.beat.at) : performance.now() / 1000;
    this.sendBeat({ bpm: input.valueAsNumber, at }, "hand");
  }

  /** What an operator does to the beat is a choice of who keeps the time. */
  private tempoChosen(tempo: Controls["tempo"]): void {
    if (tempo !== this.tempo) this.host.changeControls({ tempo });
    if (tempo === "microphone" && !this.microphone) void this.startListening();
    if (tempo === "midi" && !this.clocked) {
      this.showSentence(texts.sound.noClock);
      this.host.openMidi?.();
    }
  }

  private tempoConfirmed(tempo: Controls["tempo"]): void {
    const before = this.tempo;
    this.tempo = this.chooser.value = tempo;
    if (tempo === before) return;
    if (before === "microphone" && tempo !== "any") this.stopListening();
    if (tempo === "midi" && this.clocked) this.sendBeat(this.clocked, "midi");
  }

  private watchClock(): void {
    if (this.clock.ticksAt(performance.now() / 1000)) return;
    clearInterval(this.watch);
    this.watch = undefined;
    this.clocked = null;
    this.showSentence(texts.sound.noClock);
  }

  private toggleMicrophone(): void {
    if (!this.microphone) return void this.startListening();
    this.stopListening();
    if (this.tempo === "microphone") this.host.changeControls({ tempo: "any" });
  }

  private async startListening(): Promise<void> {
    const button = this.button("listen");
    button.disabled = true;
    this.steady = new SteadyBeat();
    this.microphone = await Microphone.open((beat) => this.beatHeard(beat)).catch(() => null);
    button.disabled = false;
    button.ariaPressed = String(this.microphone !== null);
    button.textContent = this.microphone ? texts.sound.stop : texts.sound.listen;
    if (this.microphone) this.tempoChosen("microphone");
    const { listening, refused } = texts.sound;
    const why = isSecureContext ? refused : texts.page.insecure;
    this.showSentence(this.microphone ? listening : why);
  }

  private toggleGrid(name: string, other: string): void {
    const button = this.button(name);
    button.ariaPressed = String(button.ariaPressed !== "true");
    this.button(other).ariaPressed = "false";
  }

  /** Beats between the moments that changes of emotion wait for; null where they do not wait. */
  private get grid(): 1 | 4 | null {
    if (this.button("beat").ariaPressed === "true") return 1;
    return this.button("bar").ariaPressed === "true" ? 4 : null;
  }

  /** Milliseconds until what may wait for the beat or bar is done; 0 for at once. */
  private untilBar(): number {
    const { beat, grid } = this;
    const now = this.host.serverNow();
    return beat && grid && now !== null ? 1000 * secondsToBar(beat, now, grid) : 0;
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
    if (news) this.sendBeat(news, "microphone");
  }

  /**
   * @param beat Its `at` on the page's clock.
   * @param by Who tells it; a hand takes the time from whoever keeps it.
   */
  private sendBeat({ bpm, at }: Beat, by: Timekeeper): void {
    const now = this.host.serverNow();
    if (now === null) return;
    const beat = { bpm, at: at + now - performance.now() / 1000, by };
    const takes = by === "hand" && this.tempo !== "any" && this.tempo !== by;
    this.host.changeControls(takes ? { tempo: by, beat } : { beat });
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

  private get chooser(): HTMLSelectElement {
    return this.panel.querySelector("select") as HTMLSelectElement;
  }

  private get input(): HTMLInputElement {
    return this.panel.querySelector("input") as HTMLInputElement;
  }
}
