import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { formatTimecode } from "../cues/parseTimecode";
import { LtcInput } from "./ltcInput";
import type { LtcMessage } from "./ltcWorklet";
import type { Timecode } from "./timecode";
import { TimecodeNews } from "./timecodeNews";

/** Between two looks whether the timecode stands, milliseconds. */
const PERIOD = 100;

/** Linear timecode at a sound input runs the cues as long as the operator lets it. */
export class LtcPanel {
  private readonly button = findElement<HTMLButtonElement>("#ltc");
  private readonly inputs = findElement<HTMLSelectElement>("#ltc-input");
  private readonly state = findElement("#ltc-state");
  private news = new TimecodeNews();
  private input: LtcInput | null = null;
  private watch: ReturnType<typeof setInterval> | undefined;

  /** @param chase Is told a timecode where there is news, and seconds since it was there. */
  constructor(private readonly chase: (timecode: Timecode, age: number) => void) {
    this.button.onclick = () => (this.input ? this.stop(texts.ltc.hint) : void this.start(""));
    this.inputs.onchange = () => void this.start(this.inputs.value);
  }

  private async start(device: string): Promise<void> {
    this.stop(texts.ltc.hint);
    this.button.disabled = true;
    try {
      this.input = await LtcInput.open(
        device,
        (frame) => this.frameHeard(frame),
        () => this.stop(texts.ltc.lost),
      );
      this.state.textContent = texts.ltc.none;
      this.watch = setInterval(() => this.lookWhetherItStands(), PERIOD);
      await this.showInputs(this.input.device);
    } catch {
      this.state.textContent = isSecureContext ? texts.ltc.refused : texts.page.insecure;
    }
    this.button.disabled = false;
    this.showPressed();
  }

  private stop(why: string): void {
    clearInterval(this.watch);
    this.input?.close();
    this.input = null;
    this.news = new TimecodeNews();
    this.state.textContent = why;
    this.showPressed();
  }

  private showPressed(): void {
    this.button.ariaPressed = String(this.input !== null);
    this.button.textContent = this.input ? texts.ltc.stop : texts.ltc.listen;
    this.inputs.hidden = this.input === null || this.inputs.length < 2;
  }

  /** Browsers tell the names of inputs once one of them may be used. */
  private async showInputs(device: string): Promise<void> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const options = devices
      .filter(({ kind }) => kind === "audioinput")
      .map(({ label, deviceId }) => new Option(label, deviceId));
    this.inputs.replaceChildren(...options);
    this.inputs.value = device;
  }

  private frameHeard({ position, speed, age, fps }: LtcMessage): void {
    const now = performance.now() / 1000;
    this.news.hear(now - age);
    this.state.textContent = texts.ltc.heard(formatTimecode(Math.floor(position)), fps);
    const news = this.news.take({ position, speed, at: now - age });
    if (news) this.chase(news, Math.max(0, age));
  }

  private lookWhetherItStands(): void {
    const news = this.news.standsAt(performance.now() / 1000);
    if (news === null) return;
    this.state.textContent = texts.ltc.stands(formatTimecode(Math.floor(news.position)));
    this.chase(news, 0);
  }
}
