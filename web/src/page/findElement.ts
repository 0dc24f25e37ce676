/** Finds an element that the page is known to have. */
export function findElement<E extends HTMLElement = HTMLElement>(
  selector: string,
  within: ParentNode = document,
): E {
  const element = within.querySelector<E>(selector);
  if (element === null) throw new Error(`expected ${selector} on the page, got nothing`);
  return element;
}
