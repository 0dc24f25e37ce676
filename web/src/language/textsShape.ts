import type { english } from "./english";

/** What a language must say: all that English does, with the same values in it. */
export type TextsShape = Said<typeof english>;

type Said<T> = T extends string
  ? string
  : T extends (...values: never[]) => string
    ? T
    : { readonly [Key in keyof T]: Said<T[Key]> };
