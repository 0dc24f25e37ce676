import { chooseLanguage } from "./chooseLanguage";
import { languages } from "./languages";
import type { TextsShape } from "./textsShape";

const query = globalThis.location?.search ?? "";
const preferred = globalThis.document ? navigator.languages : [];

/** All that the pages say, in the language of the venue or else of the visitor. */
export const texts: TextsShape = languages[chooseLanguage(query, preferred)];
