import { findElement } from "../../page/findElement";
import { MtcReader } from "../timecode/mtcReader";
import type { Timecode } from "../timecode/timecode";
import { parseShowControl } from "./parseShowControl";

const NAME = "bhava.midi-show";
/** Between two looks whether the timecode stands, milliseconds. */
const PERIOD = 100;

export interface MidiShowHost {
  /** Lets MIDI devices in, system exclusive messages included. */
  openMidi(): void;
  /** Lets a cue go by its number; null for the next one. */
  go(cue: string | null): void;
  /** @param age Seconds since the timecode was there. */
  chase(timecode: Timecode, age: number): void;
}

/** Timecode and MIDI Show Control run the cues, where the operator has switched that on. */
export class MidiShow {
  private readonly button = findElement<HTMLButtonElement>("#midi-show");
  private readonly reader = new MtcReader();

  constructor(private readonly host: MidiShowHost) {
    this.button.ariaPressed = String(remembered());
    this.button.onclick = () => this.toggle();
    setInterval(() => this.tell(this.reader.standsAt(performance.now() / 1000)), PERIOD);
  }

  get on(): boolean {
    return this.button.ariaPressed === "true";
  }

  /**
   * Takes in a message of a MIDI device.
   *
   * @param seconds When it came, on the page's clock.
   */
  receive(data: ArrayLike<number>, seconds: number): void {
    this.tell(this.reader.receive(data, seconds));
    const asked = this.on ? parseShowControl(data) : null;
    if (asked) this.host.go(asked.cue);
  }

  private tell(timecode: Timecode | null): void {
    if (!timecode || !this.on) return;
    this.host.chase(timecode, Math.max(0, performance.now() / 1000 - timecode.at));
  }

  private toggle(): void {
    this.button.ariaPressed = String(!this.on);
    remember(this.on);
    if (this.on) this.host.openMidi();
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(NAME) === "on";
  } catch {
    return false;
  }
}

function remember(on: boolean): void {
  try {
    localStorage.setItem(NAME, on ? "on" : "off");
  } catch {
    // It lasts until the page is closed.
  }
}
