type Properties<E extends HTMLElement> = Partial<Omit<E, "dataset" | "style">> & {
  readonly dataset?: Readonly<Record<string, string>>;
};

/** Makes an element of a page with its properties, data and children. */
export function makeElement<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  { dataset, ...properties }: Properties<HTMLElementTagNameMap[T]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, dataset);
  element.append(...children);
  return element;
}
