import { lookName } from "../language/lookName";
import { texts } from "../language/texts";
import { lookCatalogue } from "../looks/lookCatalogue";
import { find } from "../page/find";
import type { Changes, Controls, Hello } from "../protocol/messages";
import { Choice } from "./choice";
import { Fader } from "./fader";

type Options = Readonly<Record<string, string>>;
type Chosen = "mode" | "look" | "placement" | "dancers" | "model";
type Slid = "influence" | "temperature" | "stage_radius";

const TEXTS: Readonly<Record<Slid, (value: number) => string>> = {
  influence: (value) => `${Math.round(value * 100)} %`,
  temperature: (value) => `${Math.round(value * 100)} %`,
  stage_radius: (value) => `${value.toFixed(1)} m`,
};
const LARGEST_SEED = 2 ** 32;
/** The look of performers' own skeletons, not of partners. */
const PERFORMERS_LOOK = "ghost";

/** What the partner makes of the performer, and what it looks like. */
export class PartnerPanel {
  private readonly panel = find("#partner");
  private readonly meaning = find("#mode-meaning");
  private readonly takeUp = find<HTMLButtonElement>("#take-up");
  private readonly choices: Readonly<Record<Chosen, Choice>>;
  private readonly faders: Readonly<Record<Slid, Fader>>;

  /**
   * @param change Asks the server for changes.
   * @param takeUp Asks it to let the partner take the performer up.
   */
  constructor(change: (changes: Changes) => void, takeUp: () => void) {
    const choice = (name: Chosen) =>
      new Choice(find<HTMLFieldSetElement>(`[data-choice=${name}]`, this.panel), (value) =>
        change({ [name]: value }),
      );
    const fader = (name: Slid) => {
      const label = find(`[name=${name}]`, this.panel).closest("label") as HTMLElement;
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
    find("#reseed").onclick = () => change({ seed: Math.floor(Math.random() * LARGEST_SEED) });
  }

  /** Puts up what there is to choose from. */
  offer({ models }: Hello): void {
    const { mode, choice } = texts;
    const looks = Object.keys(lookCatalogue).filter((name) => name !== PERFORMERS_LOOK);
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
      choice.offer(options[name as Chosen]);
    }
  }

  /** Shows what the server confirmed. */
  confirm(controls: Controls): void {
    for (const [name, choice] of Object.entries(this.choices))
      choice.confirm(controls[name as Chosen]);
    for (const [name, fader] of Object.entries(this.faders)) fader.confirm(controls[name as Slid]);
    this.meaning.textContent = texts.mode[controls.mode].meaning;
    this.panel.dataset.mode = controls.mode;
  }

  /** @param seen Whether there is a performer to take up. */
  performerSeen(seen: boolean): void {
    this.takeUp.disabled = !seen;
  }
}
