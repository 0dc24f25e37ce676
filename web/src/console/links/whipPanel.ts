import { texts } from "../../language/texts";
import { findElement } from "../../page/findElement";
import { pageAddress } from "../pageAddress";

const NAME = "bhava.whip";
/** How often the window that sends is looked at, milliseconds. */
const PERIOD = 500;

/** Sends the stage's picture by WHIP: from a window of this machine that shows it, as only pages draw it. */
export class WhipPanel {
  private readonly form = findElement<HTMLFormElement>("#whip form");
  private readonly address = findElement<HTMLInputElement>("#whip [name=address]");
  private readonly token = findElement<HTMLInputElement>("#whip [name=token]");
  private readonly toggle = findElement<HTMLButtonElement>("#whip [type=submit]");
  private readonly state = findElement("#whip [role=status]");
  private sender: Window | null = null;

  /**
   * @param stage Name of the stage of this console.
   * @param tell Says a sentence to the operator.
   */
  constructor(
    private readonly stage: string,
    private readonly tell: (sentence: string) => void,
  ) {
    this.address.value = remembered();
    this.form.onsubmit = (event) => {
      event.preventDefault();
      if (this.sender) this.sender.close();
      else this.open();
      this.showState();
    };
    setInterval(() => this.showState(), PERIOD);
    this.showState();
  }

  private open(): void {
    remember(this.address.value);
    const address = whipPage(this.stage, this.address.value, this.token.value);
    this.sender =
      address === null ? null : window.open(address, NAME, "popup,width=1280,height=720");
    if (address === null) this.tell(texts.links.whip.noAddress(this.address.value));
    else if (this.sender === null) this.tell(texts.links.whip.blocked);
  }

  private showState(): void {
    if (this.sender?.closed) this.sender = null;
    const { whip } = texts.links;
    this.state.textContent = this.sender
      ? (told(this.sender) ?? whip.starting) || whip.sends
      : whip.off;
    this.toggle.textContent = this.sender ? texts.links.on : texts.links.off;
    this.toggle.ariaPressed = String(this.sender !== null);
  }
}

/**
 * Returns the page that sends the picture of a stage.
 *
 * @returns Null where the address is not one of the web.
 */
export function whipPage(stage: string, server: string, token: string): string | null {
  const address = URL.canParse(server) ? new URL(server) : null;
  if (address === null || !["http:", "https:"].includes(address.protocol)) return null;
  const page = pageAddress("./", stage);
  const query = `kiosk&whip=${encodeURIComponent(address.href)}`;
  // Servers never see a fragment.
  const fragment = token && `#whip=${encodeURIComponent(token)}`;
  return `${page}${page.includes("?") ? "&" : "?"}${query}${fragment}`;
}

/** What the window says about the picture: a trouble, "" where it goes, undefined before either. */
function told(sender: Window): string | undefined {
  try {
    return sender.document.documentElement.dataset.whip;
  } catch {
    return undefined; // It was led to another place.
  }
}

function remembered(): string {
  try {
    return localStorage.getItem(NAME) ?? "";
  } catch {
    return "";
  }
}

function remember(address: string): void {
  try {
    localStorage.setItem(NAME, address);
  } catch {
    // It lasts until the page is closed.
  }
}
