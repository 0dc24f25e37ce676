import { texts } from "./texts";

/** Says a look's name; one that the language does not know stays as it is. */
export function lookName(name: string): string {
  const names: Readonly<Record<string, string>> = texts.look;
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}
