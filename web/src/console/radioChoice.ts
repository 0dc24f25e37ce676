import { makeElement } from "../page/makeElement";

/** One of several, as a row of radio buttons that fingers hit. */
export class RadioChoice {
  /**
   * @param fieldset Holds a legend; its `data-choice` names the control.
   * @param chosen Is told the name that was chosen.
   */
  constructor(
    private readonly fieldset: HTMLFieldSetElement,
    private readonly chosen: (name: string) => void,
  ) {}

  /** Puts up what there is to choose from: titles by name. */
  offerOptions(options: Readonly<Record<string, string>>): void {
    const control = this.fieldset.dataset.choice ?? "";
    const labels = Object.entries(options).map(([value, title]) => {
      const radio = makeElement("input", {
        type: "radio",
        name: control,
        value,
        dataset: { control: `${control}:${value}` },
        onchange: () => this.chosen(value),
      });
      return makeElement("label", {}, radio, makeElement("span", {}, title));
    });
    for (const old of this.fieldset.querySelectorAll("label")) old.remove();
    this.fieldset.append(...labels);
  }

  /** Shows what the server confirmed. */
  showConfirmed(name: string): void {
    for (const radio of this.fieldset.querySelectorAll<HTMLInputElement>("input")) {
      radio.checked = radio.value === name;
    }
  }
}
