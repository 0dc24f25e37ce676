import { chooseLanguage } from "./chooseLanguage";
import { texts } from "./texts";

const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"] as const;

/**
 * Says the page's own elements in the venue's language.
 *
 * `data-text="page.energy"` names the text of an element, `data-aria-label`, `data-title`,
 * `data-placeholder` and `data-alt` those of its attributes.
 */
export function translatePage(root: HTMLElement): void {
  root.lang = chooseLanguage(location.search, navigator.languages);
  for (const element of root.querySelectorAll<HTMLElement>("[data-text]")) {
    element.textContent = textAt(element.dataset.text ?? "");
  }
  for (const attribute of ATTRIBUTES) {
    for (const element of root.querySelectorAll(`[data-${attribute}]`)) {
      element.setAttribute(attribute, textAt(element.getAttribute(`data-${attribute}`) ?? ""));
    }
  }
}

function textAt(path: string): string {
  const found = path.split(".").reduce((part: unknown, key) => Object(part)[key], texts);
  if (typeof found !== "string") throw new Error(`expected a text, got ${path}`);
  return found;
}
