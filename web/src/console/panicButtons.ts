import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import type { ControlChanges, Controls } from "../protocol/messages";

type Panic = Controls["panic"];

const WORDS: Readonly<Record<Exclude<Panic, "none">, readonly [rest: string, pressed: string]>> = {
  freeze: [texts.console.freeze, texts.console.frozen],
  dark: [texts.console.dark, texts.console.isDark],
};

/** What stops the show at once, and the way back: always in reach. */
export class PanicButtons {
  private readonly freezeButton = findElement<HTMLButtonElement>("#freeze");
  private readonly darkButton = findElement<HTMLButtonElement>("#dark");
  private readonly solo = findElement<HTMLButtonElement>("#solo");
  private panic: Panic = "none";
  /** The mode to go back to after a solo. */
  private before: Controls["mode"] = "continue";

  /** @param change Asks the server for changes. */
  constructor(private readonly change: (changes: ControlChanges) => void) {
    this.freezeButton.onclick = () => this.toggle("freeze");
    this.darkButton.onclick = () => this.toggle("dark");
    this.solo.onclick = () => {
      change({ mode: this.solo.ariaPressed === "true" ? this.before : "solo" });
    };
  }

  /** Lets the motion stand still; a dark stage stays dark. Never the way back, however often. */
  freeze(): void {
    if (this.panic === "none") this.change({ panic: "freeze" });
  }

  /** Shows what the server confirmed. */
  showConfirmed({ panic, mode }: Controls): void {
    this.panic = panic;
    if (mode !== "solo") this.before = mode;
    this.solo.ariaPressed = String(mode === "solo");
    this.labelButton(this.freezeButton, "freeze");
    this.labelButton(this.darkButton, "dark");
  }

  private toggle(panic: Exclude<Panic, "none">): void {
    this.change({ panic: this.panic === panic ? "none" : panic });
  }

  private labelButton(button: HTMLButtonElement, panic: Exclude<Panic, "none">): void {
    const pressed = this.panic === panic;
    button.ariaPressed = String(pressed);
    button.textContent = WORDS[panic][Number(pressed)] ?? "";
  }
}
