import { expect, it } from "vitest";
import { settings } from "../src/settings";

it("reads the address", () => {
  expect(settings("", "high")).toEqual({
    stage: "default",
    quality: "high",
    performer: false,
    debug: false,
  });
  expect(settings("?stage=left&performer&quality=low&debug", "high")).toEqual({
    stage: "left",
    quality: "low",
    performer: true,
    debug: true,
  });
  expect(settings("?source=webcam", "high").performer).toBe(true);
  expect(settings("?source=camera&quality=best", "low")).toEqual(settings("", "low"));
  expect(settings("?quality=high", "low").quality).toBe("high");
});
