import { contentName } from "../language/contentName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import type { ContentWeights, ControlChanges, Controls, Hello } from "../protocol/messages";
import { RadioChoice } from "./radioChoice";

/** What the partner dances; there only while its model tells contents apart. */
export class ContentChoice {
  private readonly fieldset = findElement<HTMLFieldSetElement>("[data-choice=content]");
  private readonly absence = findElement("#no-content");
  private readonly radios: RadioChoice;
  private contents: readonly string[] = [];

  /** @param change Asks the server for changes. */
  constructor(change: (changes: ControlChanges) => void) {
    this.radios = new RadioChoice(this.fieldset, (name) => change({ content: { [name]: 1 } }));
  }

  /** Offers what the model can dance; hides, and says why, where it tells no contents apart. */
  offerContents({ contents, model }: Hello): void {
    this.contents = contents;
    this.fieldset.hidden = contents.length === 0;
    this.absence.hidden = contents.length > 0;
    this.absence.textContent = texts.console.noContent(model);
    this.radios.offerOptions(Object.fromEntries(contents.map((name) => [name, contentName(name)])));
  }

  /** Shows what the server confirmed: the heaviest of several, the usual one for none. */
  showConfirmed({ content }: Controls): void {
    this.radios.showConfirmed(heaviest(content) ?? this.contents[0] ?? "");
  }
}

function heaviest(content: ContentWeights): string | undefined {
  return Object.entries(content).sort(([, a], [, b]) => b - a)[0]?.[0];
}
