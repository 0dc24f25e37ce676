import { texts } from "./texts";

/** Says a content's label; a model's own that the language does not know stays as it is. */
export function contentName(label: string): string {
  const names: Readonly<Record<string, string>> = texts.content;
  return Object.hasOwn(names, label) ? (names[label] ?? label) : label;
}
