/** Shows one of the panels that have no room of their own on this screen. */
export class PanelTabs {
  private readonly buttons = [...document.querySelectorAll<HTMLButtonElement>("nav button")];

  /** @param opened Is told when another panel shows. */
  constructor(private readonly opened: () => void) {
    for (const button of this.buttons) button.onclick = () => this.open(button);
    addEventListener("resize", () => this.fit());
    this.fit();
  }

  /** Opens a panel that has a button here; on a wide screen some have a place of their own. */
  private fit(): void {
    const shown = this.buttons.filter((button) => button.offsetParent !== null);
    const current = shown.find(({ dataset }) => dataset.panel === document.body.dataset.tab);
    const first = current ?? shown[0];
    if (first) this.open(first);
  }

  private open(button: HTMLButtonElement): void {
    for (const other of this.buttons) other.ariaPressed = String(other === button);
    document.body.dataset.tab = button.dataset.panel ?? "";
    this.opened();
  }
}
