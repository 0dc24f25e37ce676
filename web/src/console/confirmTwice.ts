import { texts } from "../language/texts";

/** Within which the second touch must come, milliseconds. */
const PATIENCE = 3000;

/** Lets a button act at the second touch only: for what cannot be taken back. */
export function confirmTwice(button: HTMLButtonElement, action: () => void): HTMLButtonElement {
  const rest = button.textContent;
  let timer = 0;
  const relax = () => {
    timer = 0;
    button.textContent = rest;
  };
  button.onclick = () => {
    if (timer === 0) {
      button.textContent = texts.console.sure;
      timer = window.setTimeout(relax, PATIENCE);
      return;
    }
    clearTimeout(timer);
    relax();
    action();
  };
  return button;
}
