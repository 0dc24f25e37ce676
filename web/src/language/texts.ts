import { chooseLanguage } from "./chooseLanguage";
import type { english } from "./english";
import { languages } from "./languages";

/** What a language must say: all that English does, with the same values in it. */
export type Texts = Said<typeof english>;

type Said<T> = T extends string
  ? string
  : T extends (...values: never[]) => string
    ? T
    : { readonly [Key in keyof T]: Said<T[Key]> };

const query = globalThis.location?.search ?? "";
const preferred = globalThis.document ? navigator.languages : [];

/** All that the pages say, in the language of the venue or else of the visitor. */
export const texts: Texts = languages[chooseLanguage(query, preferred)];
