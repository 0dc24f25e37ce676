import { contentName } from "../language/contentName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import type { ContentWeights, ControlChanges, Controls, Hello } from "../protocol/messages";
import { Fader } from "./fader";
import { RadioChoice } from "./radioChoice";

/** What the partner dances, and how strongly; there only while its model tells contents apart. */
export class ContentChoice {
  private readonly section = findElement("#content");
  private readonly absence = findElement("#no-content");
  private readonly radios: RadioChoice;
  private readonly strength: Fader;
  private contents: readonly string[] = [];
  private chosen = "";

  /** @param change Asks the server for changes. */
  constructor(change: (changes: ControlChanges) => void) {
    this.radios = new RadioChoice(
      findElement<HTMLFieldSetElement>("fieldset", this.section),
      (name) => change({ content: { [name]: this.strength.value } }),
    );
    this.strength = new Fader(
      findElement("label.fader", this.section),
      (weight) => change({ content: { [this.chosen]: weight } }),
      (weight) => `${Math.round(weight * 100)} %`,
    );
  }

  /** Offers what the model can dance; hides, and says why, where it tells no contents apart. */
  offerContents({ contents, model }: Hello): void {
    this.contents = contents;
    this.section.hidden = contents.length === 0;
    this.absence.hidden = contents.length > 0;
    this.absence.textContent = texts.console.noContent(model);
    this.radios.offerOptions(Object.fromEntries(contents.map((name) => [name, contentName(name)])));
  }

  /** Shows what the server confirmed. */
  showConfirmed({ content }: Controls): void {
    const [name, weight] = heaviest(content) ?? [this.contents[0] ?? "", 1];
    this.chosen = name;
    this.radios.showConfirmed(name);
    this.strength.showConfirmed(weight);
  }
}

function heaviest(content: ContentWeights): [string, number] | undefined {
  return Object.entries(content).sort(([, a], [, b]) => b - a)[0];
}
