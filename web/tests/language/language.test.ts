import { expect, it } from "vitest";
import { chooseLanguage } from "../../src/language/chooseLanguage";
import { languages } from "../../src/language/languages";

it("speaks as the address says, else as the visitor does, else English", () => {
  expect(chooseLanguage("?lang=de", ["en-GB"])).toBe("de");
  expect(chooseLanguage("", ["fr-FR", "de-AT", "en"])).toBe("de");
  expect(chooseLanguage("?lang=xx", ["fr"])).toBe("en");
  expect(chooseLanguage("?lang=constructor", [])).toBe("en");
});

it("leaves nothing unsaid", () => {
  const leaves = (value: unknown): unknown[] =>
    typeof value === "object" && value ? Object.values(value).flatMap(leaves) : [value];
  for (const texts of Object.values(languages)) {
    for (const leaf of leaves(texts)) expect(leaf).not.toBe("");
  }
});
