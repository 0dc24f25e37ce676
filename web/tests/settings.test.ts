import { expect, it } from "vitest";
import { settings } from "../src/settings";

it("reads the address", () => {
  expect(settings("", "high")).toEqual({ quality: "high", performer: false, debug: false });
  expect(settings("?performer&quality=low&debug", "high")).toEqual({
    quality: "low",
    performer: true,
    debug: true,
  });
  expect(settings("?source=webcam", "high").performer).toBe(true);
  expect(settings("?source=camera&quality=best", "low")).toEqual(settings("", "low"));
  expect(settings("?quality=high", "low").quality).toBe("high");
});
