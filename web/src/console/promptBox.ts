import { texts } from "../language/texts";
import { make } from "../page/make";
import type { Changes, Controls, Hello } from "../protocol/messages";

/** Characters of a prompt, as the server has it. */
const LONGEST = 200;
const SUGGESTIONS = "prompt-suggestions";

/** What the partner is told to do, in words; there only while its model takes text. */
export class PromptBox {
  private readonly input = make("input", {
    type: "text",
    name: "text",
    maxLength: LONGEST,
    placeholder: texts.prompt.example,
    autocomplete: "off",
    dataset: { control: "text" },
  });
  private readonly suggestions = make("datalist", { id: SUGGESTIONS });
  private readonly form: HTMLFormElement;

  /**
   * @param neighbour After which it stands.
   * @param change Asks the server for changes.
   */
  constructor(neighbour: Element, change: (changes: Changes) => void) {
    const stop = make("button", { type: "button" }, texts.prompt.stop);
    stop.onclick = () => {
      this.input.value = "";
      change({ text: "" });
    };
    this.form = make(
      "form",
      { id: "prompt", hidden: true },
      make("label", {}, make("span", {}, texts.prompt.title), this.input),
      make("button", { type: "submit" }, texts.prompt.say),
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
  offer({ texts: learnt }: Hello): void {
    this.form.hidden = learnt.length === 0;
    this.suggestions.replaceChildren(...learnt.map((value) => make("option", { value })));
  }

  /** Shows what the server confirmed, unless somebody is typing. */
  confirm({ text }: Controls): void {
    if (document.activeElement !== this.input) this.input.value = text;
  }
}
