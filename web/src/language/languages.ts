import { english } from "./english";
import { german } from "./german";
import type { Texts } from "./texts";

/** All languages of the pages, by their code. */
export const languages = { en: english, de: german } as const satisfies Readonly<
  Record<string, Texts>
>;
