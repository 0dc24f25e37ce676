import { describe, expect, it } from "vitest";
import contract from "../../../models/default/contract.json";
import { chooseLanguage } from "../../src/language/chooseLanguage";
import { emotionName } from "../../src/language/emotionName";
import { languages } from "../../src/language/languages";
import { lookCatalogue } from "../../src/looks/lookCatalogue";

it("speaks as the address says, else as the visitor does, else English", () => {
  expect(chooseLanguage("?lang=de", ["en-GB"])).toBe("de");
  expect(chooseLanguage("", ["fr-FR", "de-AT", "en"])).toBe("de");
  expect(chooseLanguage("?lang=xx", ["fr"])).toBe("en");
  expect(chooseLanguage("?lang=constructor", [])).toBe("en");
});

/** All texts of a language by their paths; those that need values, with some. */
function spoken(texts: unknown, path = ""): [path: string, text: string][] {
  if (typeof texts === "function") return [[path, texts(7, 8, 9)]];
  if (typeof texts === "string") return [[path, texts]];
  return Object.entries(texts as object).flatMap(([key, value]) => spoken(value, `${path}.${key}`));
}

describe.each(Object.entries(languages))("in %s", (_, texts) => {
  it("every text is there and says something", () => {
    const said = spoken(texts);
    expect(said.map(([path]) => path)).toEqual(spoken(languages.en).map(([path]) => path));
    for (const [path, text] of said) expect(text, path).toMatch(/\S/);
  });

  it("every look and every emotion of the shipped model has a name", () => {
    expect(Object.keys(texts.look)).toEqual(Object.keys(lookCatalogue));
    expect(Object.keys(texts.emotion)).toEqual(expect.arrayContaining(contract.emotions));
  });
});

it("a model's own emotion is called by its label", () => {
  expect(emotionName("melancholy")).toBe("melancholy");
  expect(emotionName("constructor")).toBe("constructor");
});
