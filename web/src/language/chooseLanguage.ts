/** Codes of the languages that the pages speak. */
export type Language = "en" | "de";

/**
 * Chooses what language to speak: the address's, else the visitor's, else English.
 *
 * @param query Of the page's address.
 * @param preferred Of the visitor, the dearest first, such as `de-AT`.
 */
export function chooseLanguage(query: string, preferred: readonly string[]): Language {
  const wanted = [new URLSearchParams(query).get("lang") ?? "", ...preferred];
  const codes = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return codes.find((code): code is Language => code === "en" || code === "de") ?? "en";
}
