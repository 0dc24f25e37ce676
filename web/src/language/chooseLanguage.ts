/** Codes of the languages that the pages speak. */
export type Language = "en" | "de";

/**
 * Chooses what language to speak: the address's, else the visitor's, else English.
 *
 * @param query Query string of the page's address.
 * @param preferred The visitor's languages, the preferred one first, such as `de-AT`.
 */
export function chooseLanguage(query: string, preferred: readonly string[]): Language {
  const wanted = [new URLSearchParams(query).get("lang") ?? "", ...preferred];
  const codes = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return codes.find((code): code is Language => code === "en" || code === "de") ?? "en";
}
