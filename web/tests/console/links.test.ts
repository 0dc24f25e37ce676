import { expect, it } from "vitest";
import { lampOf, packetRate } from "../../src/console/links/linkActivity";
import type { LinkState } from "../../src/console/links/linkState";

const QUIET: LinkState = {
  id: 1,
  kind: "osc-in",
  address: "9000",
  on: true,
  fixed: false,
  sends: false,
  testing: false,
  failed: "",
  received: 10,
  sent: 5,
  refused: 2,
  newest: "",
  refusal: "",
};

const seen = (at: number, changes: Partial<LinkState> = {}) => ({
  at,
  link: { ...QUIET, ...changes },
});

it("a link's rate is of the packets that came and went between two looks", () => {
  expect(packetRate(null, seen(0))).toBe(0);
  expect(packetRate(seen(0), seen(2000, { received: 50, sent: 25 }))).toBe(30);
  expect(packetRate(seen(0), seen(2000, { received: 0, sent: 0 }))).toBe(0);
});

it("a lamp tells trouble first, then traffic", () => {
  const before = seen(0);
  expect(lampOf(before, seen(1000))).toBe("quiet");
  expect(lampOf(before, seen(1000, { sent: 6 }))).toBe("moving");
  expect(lampOf(before, seen(1000, { sent: 6, refused: 3 }))).toBe("refusing");
  expect(lampOf(before, seen(1000, { sent: 6, refused: 3, failed: "in use" }))).toBe("failed");
  expect(lampOf(before, seen(1000, { on: false, failed: "in use" }))).toBe("off");
});
