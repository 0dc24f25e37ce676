/** Says a control of this page as the page itself does; one that is not there, by its name. */
export function controlName(control: string): string {
  const element = document.querySelector<HTMLElement>(`[data-control="${CSS.escape(control)}"]`);
  const words = element?.closest("label")?.querySelector("span") ?? element;
  return element?.ariaLabel || spoken(words) || control.replace(/[:_-]/g, " ");
}

/** The text of an element without the keys that are shown with it. */
function spoken(element: HTMLElement | null | undefined): string {
  const parts = [...(element?.childNodes ?? [])].filter(({ nodeName }) => nodeName !== "KBD");
  return parts
    .map(({ textContent }) => textContent)
    .join("")
    .trim();
}
