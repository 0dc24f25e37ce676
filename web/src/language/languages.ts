import { english } from "./english";
import { german } from "./german";
import type { TextsShape } from "./textsShape";

/** All languages of the pages, by their code. */
export const languages = { en: english, de: german } as const satisfies Readonly<
  Record<string, TextsShape>
>;
