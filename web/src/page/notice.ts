/** A sentence over the picture that wants to be read, with what can be done about it. */
export class Notice {
  private readonly panel = document.querySelector("#notice") as HTMLElement;
  private readonly sentence = this.panel.querySelector("p") as HTMLElement;
  private readonly action = this.panel.querySelector(".action") as HTMLButtonElement;

  constructor() {
    const dismiss = this.panel.querySelector(".dismiss") as HTMLButtonElement;
    dismiss.onclick = () => this.tell(null);
  }

  /**
   * Puts a sentence up, or takes it away.
   *
   * @param label Text of a button that helps; empty for none.
   */
  tell(sentence: string | null, label = "", act: () => void = () => {}): void {
    this.sentence.textContent = sentence;
    this.panel.hidden = sentence === null;
    this.action.hidden = label === "";
    this.action.textContent = label;
    this.action.onclick = act;
  }

  /** Takes a sentence away that is no longer true; another one stays. */
  retract(sentence: string): void {
    if (this.sentence.textContent === sentence) this.tell(null);
  }
}
