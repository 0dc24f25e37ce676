import type { Changes, Controls, Hello } from "../protocol/messages";

/** What a choice may be, and what people call it. */
type Options = Readonly<Record<string, string>>;

const CHOICES: Readonly<Record<"mode" | "placement" | "dancers", Options>> = {
  mode: {
    continue: "Continue",
    mirror: "Mirror",
    duet: "Duet",
    answer: "Answer",
    solo: "Solo",
  },
  placement: {
    alone: "Partner alone",
    beside: "Side by side",
    facing: "Face to face",
    mirror: "As in a mirror",
    merged: "Merged",
  },
  dancers: { nearest: "The nearest", each: "Everybody" },
};
/** Between two values sent while a slider is dragged, milliseconds. */
const PERIOD = 100;
const LARGEST_SEED = 2 ** 32;

/** All that an operator sets beside emotion and energy; shows what the server confirmed. */
export class ShowControls {
  private readonly panel = document.querySelector("#show") as HTMLDetailsElement;
  private sent = 0;

  /**
   * @param looks Titles of looks by name.
   * @param change Asks the server for changes.
   */
  constructor(
    private readonly looks: Options,
    private readonly change: (changes: Changes) => void,
  ) {
    for (const select of this.panel.querySelectorAll("select")) {
      select.onchange = () => change({ [select.name]: select.value });
    }
    for (const slider of this.panel.querySelectorAll<HTMLInputElement>("input[type=range]")) {
      slider.oninput = ({ timeStamp }) => this.slide(slider, timeStamp, PERIOD);
      slider.onchange = ({ timeStamp }) => this.slide(slider, timeStamp, 0);
    }
    this.button("reseed").onclick = () =>
      change({ seed: Math.floor(Math.random() * LARGEST_SEED) });
    this.toggle("freeze", (on) => ({ panic: on ? "freeze" : "none" }));
    this.toggle("dark", (on) => ({ panic: on ? "dark" : "none" }));
    this.toggle("record", (on) => ({ recording: on }));
  }

  /** Puts up what there is to choose from. */
  offer({ models }: Hello): void {
    const named = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, name]));
    const options = { ...CHOICES, look: { "": "Page’s own", ...this.looks } };
    for (const [name, choices] of Object.entries({ ...options, model: named(models) })) {
      const entries = Object.entries(choices).map(([value, text]) => new Option(text, value));
      this.select(name).replaceChildren(...entries);
    }
  }

  /** Shows how things are set now. */
  confirm(controls: Controls): void {
    for (const name of ["mode", "placement", "dancers", "look", "model"] as const) {
      this.select(name).value = controls[name];
    }
    for (const name of ["influence", "temperature"] as const) {
      const slider = this.panel.querySelector(`[name=${name}]`) as HTMLInputElement;
      // A hand on the slider knows better than an answer to where it was.
      if (!slider.matches(":active")) slider.value = String(controls[name]);
    }
    this.panel.dataset.mode = controls.mode;
    this.button("freeze").ariaPressed = String(controls.panic === "freeze");
    this.button("dark").ariaPressed = String(controls.panic === "dark");
    this.button("record").ariaPressed = String(controls.recording);
  }

  private slide(slider: HTMLInputElement, time: number, period: number): void {
    if (time - this.sent < period) return;
    this.sent = time;
    this.change({ [slider.name]: slider.valueAsNumber });
  }

  private toggle(name: string, changes: (on: boolean) => Changes): void {
    const button = this.button(name);
    button.onclick = () => this.change(changes(button.ariaPressed !== "true"));
  }

  private button(name: string): HTMLButtonElement {
    return this.panel.querySelector(`button[name=${name}]`) as HTMLButtonElement;
  }

  private select(name: string): HTMLSelectElement {
    return this.panel.querySelector(`select[name=${name}]`) as HTMLSelectElement;
  }
}
