import { texts } from "../language/texts";
import { makeElement } from "../page/makeElement";
import type { ControlChanges, Controls, Hello } from "../protocol/messages";

/** Characters of a prompt, as the server has it. */
const LONGEST = 200;
const SUGGESTIONS = "prompt-suggestions";

/** What the partner is told to do, in words; there only while its model takes text. */
export class PromptBox {
  private readonly input = makeElement("input", {
    type: "text",
    name: "text",
    maxLength: LONGEST,
    placeholder: texts.prompt.example,
    autocomplete: "off",
    dataset: { control: "text" },
  });
  private readonly suggestions = makeElement("datalist", { id: SUGGESTIONS });
  private readonly form: HTMLFormElement;

  /**
   * @param neighbour After which it stands.
   * @param change Asks the server for changes.
   */
  constructor(neighbour: Element, change: (changes: ControlChanges) => void) {
    const stop = makeElement("button", { type: "button" }, texts.prompt.stop);
    stop.onclick = () => {
      this.input.value = "";
      change({ text: "" });
    };
    this.form = makeElement(
      "form",
      { id: "prompt", hidden: true },
      makeElement("label", {}, makeElement("span", {}, texts.prompt.title), this.input),
      makeElement("button", { type: "submit" }, texts.prompt.say),
      stop,
      this.suggestions,
    );
    this.form.onsubmit = (event) => {
      event.preventDefault();
      change({ text: this.input.value.trim() });
    };
    this.input.setAttribute("list", SUGGESTIONS);
    neighbour.after(this.form);
  }

  /** Offers texts that the model learnt from; hides where there are none. */
  offerTexts({ texts: learnt }: Hello): void {
    this.form.hidden = learnt.length === 0;
    this.suggestions.replaceChildren(...learnt.map((value) => makeElement("option", { value })));
  }

  /** Shows what the server confirmed, unless somebody is typing. */
  showConfirmed({ text }: Controls): void {
    if (document.activeElement !== this.input) this.input.value = text;
  }
}
