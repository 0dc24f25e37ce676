import { texts } from "../language/texts";

/** Says a refusal to the visitor; null when it is not for them but for the browser's log. */
export function refusalSentence(name: string): string | null {
  const sentences: Readonly<Record<string, string>> = texts.refusal;
  return Object.hasOwn(sentences, name) ? (sentences[name] ?? null) : null;
}
