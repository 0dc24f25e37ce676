import { expect, it } from "vitest";
import { cameraSentence } from "../../src/performer/cameraSentence";

it.each([
  ["NotAllowedError", /not allowed/],
  ["NotFoundError", /No camera/],
  ["NotReadableError", /Another program/],
  ["OverconstrainedError", /could not be opened \(OverconstrainedError\)/],
])("says %s in words, with a way on", (name, words) => {
  expect(cameraSentence(name)).toMatch(words);
  expect(cameraSentence(name)).toMatch(/try again, or just watch/i);
});
