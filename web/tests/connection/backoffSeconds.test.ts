import { expect, it } from "vitest";
import { backoffSeconds } from "../../src/connection/backoffSeconds";

it("doubles up to 8 s, of which chance takes up to half", () => {
  expect([0, 1, 2, 5, 50].map((attempt) => backoffSeconds(attempt, 1))).toEqual([
    0.25, 0.5, 1, 8, 8,
  ]);
  expect(backoffSeconds(2, 0)).toBe(0.5);
});
