import { expect, it } from "vitest";
import { settings } from "../src/settings";

it("reads the address", () => {
  const usual = { stage: "default", quality: "auto", look: null, performer: false, debug: false };
  expect(settings("")).toEqual(usual);
  expect(settings("?stage=left&performer&quality=low&look=ink&debug")).toEqual({
    stage: "left",
    quality: "low",
    look: "ink",
    performer: true,
    debug: true,
  });

  expect(settings("?source=camera&quality=best")).toEqual(usual);
});
