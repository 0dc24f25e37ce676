import type { Told } from "../protocol/messages";
import { texts } from "./texts";

/** Words a sentence of the server; one that the page does not know is said as the server says it. */
export function saySentence({ key, values, text }: Told): string {
  const sentences: Readonly<Record<string, string>> = texts.sentences;
  if (!Object.hasOwn(sentences, key)) return text;
  return (sentences[key] ?? text).replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "object" ? saySentence(value) : String(value);
  });
}
