import { findElement } from "../page/findElement";
import { visitorKey } from "../page/visitorKey";

/** Asks for the operator's key, once a session of the browser. */
export class KeyDialog {
  private readonly dialog = findElement<HTMLDialogElement>("#key");
  private readonly input = findElement<HTMLInputElement>("#key input");
  private readonly why = findElement("#key p");

  /** @param entered Is told the key that was entered. */
  constructor(entered: (key: string) => void) {
    findElement<HTMLFormElement>("form", this.dialog).onsubmit = () => {
      visitorKey.remember(this.input.value);
      entered(this.input.value);
    };
    findElement<HTMLButtonElement>("[name=watch]", this.dialog).onclick = () => this.dialog.close();
  }

  /** @param why What was wrong with the key before; empty where there was none. */
  askForKey(why: string): void {
    this.why.textContent = why;
    this.input.value = "";
    if (!this.dialog.open) this.dialog.showModal();
  }
}
