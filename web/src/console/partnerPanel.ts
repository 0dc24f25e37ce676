import { lookName } from "../language/lookName";
import { texts } from "../language/texts";
import { lookCatalogue } from "../looks/lookCatalogue";
import { mergedLook } from "../looks/mergedLook";
import { findElement } from "../page/findElement";
import type { ControlChanges, Controls, Hello } from "../protocol/messages";
import { Fader } from "./fader";
import { RadioChoice } from "./radioChoice";

type Options = Readonly<Record<string, string>>;
type Chosen = "mode" | "look" | "placement" | "dancers" | "model";
type Slid = "influence" | "temperature" | "stage_radius";

const TEXTS: Readonly<Record<Slid, (value: number) => string>> = {
  influence: (value) => `${Math.round(value * 100)} %`,
  temperature: (value) => `${Math.round(value * 100)} %`,
  stage_radius: (value) => `${value.toFixed(1)} m`,
};
const LARGEST_SEED = 2 ** 32;

/** What the partner makes of the performer, and what it looks like. */
export class PartnerPanel {
  private readonly panel = findElement("#partner");
  private readonly meaning = findElement("#mode-meaning");
  private readonly takeUp = findElement<HTMLButtonElement>("#take-up");
  private readonly choices: Readonly<Record<Chosen, RadioChoice>>;
  private readonly faders: Readonly<Record<Slid, Fader>>;

  /**
   * @param change Asks the server for changes.
   * @param takeUp Asks it to let the partner take the performer up.
   */
  constructor(change: (changes: ControlChanges) => void, takeUp: () => void) {
    const choice = (name: Chosen) =>
      new RadioChoice(findElement<HTMLFieldSetElement>(`[data-choice=${name}]`), (value) =>
        change({ [name]: value }),
      );
    const fader = (name: Slid) => {
      const label = findElement(`[name=${name}]`).closest("label") as HTMLElement;
      return new Fader(label, (value) => change({ [name]: value }), TEXTS[name]);
    };
    this.choices = {
      mode: choice("mode"),
      look: choice("look"),
      placement: choice("placement"),
      dancers: choice("dancers"),
      model: choice("model"),
    };
    this.faders = {
      influence: fader("influence"),
      temperature: fader("temperature"),
      stage_radius: fader("stage_radius"),
    };
    this.takeUp.onclick = takeUp;
    findElement("#reseed").onclick = () =>
      change({ seed: Math.floor(Math.random() * LARGEST_SEED) });
  }

  /** Puts up what there is to choose from. */
  offerChoices({ models }: Hello): void {
    const { mode, choice } = texts;
    const looks = Object.keys(lookCatalogue).filter((name) => name !== mergedLook);
    const options: Readonly<Record<Chosen, Options>> = {
      mode: Object.fromEntries(Object.entries(mode).map(([name, { title }]) => [name, title])),
      look: {
        "": choice.ownLook,
        ...Object.fromEntries(looks.map((name) => [name, lookName(name)])),
      },
      placement: choice.placement,
      dancers: choice.dancers,
      model: Object.fromEntries(models.map((name) => [name, name])),
    };
    for (const [name, choice] of Object.entries(this.choices)) {
      choice.offerOptions(options[name as Chosen]);
    }
  }

  /** Shows what the server confirmed. */
  showConfirmed(controls: Controls): void {
    for (const [name, choice] of Object.entries(this.choices))
      choice.showConfirmed(controls[name as Chosen]);
    for (const [name, fader] of Object.entries(this.faders))
      fader.showConfirmed(controls[name as Slid]);
    this.meaning.textContent = texts.mode[controls.mode].meaning;
    this.panel.dataset.mode = controls.mode;
  }

  /** @param seen Whether there is a performer to take up. */
  performerSeen(seen: boolean): void {
    this.takeUp.disabled = !seen;
  }
}
