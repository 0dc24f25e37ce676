import type { MidiTouch } from "./parseMidi";

/** What a touch does to a control of the page. */
export interface ControlMove {
  readonly control: string;
  /** In [0, 1]. */
  readonly value: number;
  /** Whether this touch is the beginning of a press. */
  readonly pressed: boolean;
}

/** A control change counts as pressed from here on. */
const PRESSED = 0.5;

/** Which knob or pad moves which control of the page; learns by being shown. */
export class MidiMap {
  /** Name of the control that waits for a knob or pad; null while none does. */
  learning: string | null = null;
  private readonly controls: Map<string, string>;
  private readonly down = new Set<string>();

  /** @param entries Inputs with their controls, as `entries` gave them out. */
  constructor(entries: readonly (readonly [input: string, control: string])[] = []) {
    this.controls = new Map(entries);
  }

  get entries(): [input: string, control: string][] {
    return [...this.controls];
  }

  /** Takes in a touch; null when it moves nothing. The one that is learnt from moves nothing. */
  takeTouch({ input, value }: MidiTouch): ControlMove | null {
    if (this.learning !== null) {
      if (value === 0) return null;
      this.controls.set(input, this.learning);
      this.learning = null;
      this.down.add(input);
      return null;
    }
    const control = this.controls.get(input);
    const pressed = this.presses(input, value);
    return control === undefined ? null : { control, value, pressed };
  }

  forgetInput(input: string): void {
    this.controls.delete(input);
  }

  private presses(input: string, value: number): boolean {
    if (input.startsWith("program")) return true;
    const isDown = input.startsWith("note") ? value > 0 : value >= PRESSED;
    const wasDown = this.down.has(input);
    if (isDown) this.down.add(input);
    else this.down.delete(input);
    return isDown && !wasDown;
  }
}
