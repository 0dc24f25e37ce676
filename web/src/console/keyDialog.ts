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

  /** The key that was entered before, or that the address brought; empty where there is none. */
  get remembered(): string {
    takeFromAddress();
    return sessionStorage.getItem(NAME) ?? "";
  }

  /** Asks, after a key that was wrong, or none. */
  askForKey(): void {
    this.why.textContent = this.remembered ? texts.key.wrong : "";
    this.input.value = "";
    if (!this.dialog.open) this.dialog.showModal();
  }
}

/** Takes a key out of the address, where whoever looks over a shoulder would read it. */
function takeFromAddress(): void {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (!key) return;
  sessionStorage.setItem(NAME, key);
  history.replaceState(null, "", location.pathname + location.search);
}
