import { texts } from "./texts";

/** Says an emotion's label; a model's own that the language does not know stays as it is. */
export function emotionName(label: string): string {
  const names: Readonly<Record<string, string>> = texts.emotion;
  return Object.hasOwn(names, label) ? (names[label] ?? label) : label;
}
