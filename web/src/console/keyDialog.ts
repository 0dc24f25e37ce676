import { texts } from "../language/texts";
import { findElement } from "../page/findElement";

const NAME = "bhava.operator-key";

/** Asks for the operator's key, once a session of the browser. */
export class KeyDialog {
  private readonly dialog = findElement<HTMLDialogElement>("#key");
  private readonly input = findElement<HTMLInputElement>("#key input");
  private readonly why = findElement("#key p");

  /** @param entered Is told the key that was entered. */
  constructor(entered: (key: string) => void) {
    findElement<HTMLFormElement>("form", this.dialog).onsubmit = () => {
      sessionStorage.setItem(NAME, this.input.value);
      entered(this.input.value);
    };
    findElement<HTMLButtonElement>("[name=watch]", this.dialog).onclick = () => this.dialog.close();
  }

  /** The key that was entered before; empty where none was. */
  get remembered(): string {
    return sessionStorage.getItem(NAME) ?? "";
  }

  /** Asks, after a key that was wrong, or none. */
  askForKey(): void {
    this.why.textContent = this.remembered ? texts.key.wrong : "";
    this.input.value = "";
    if (!this.dialog.open) this.dialog.showModal();
  }
}
