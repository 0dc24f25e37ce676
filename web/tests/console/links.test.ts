import { expect, it, vi } from "vitest";
import { lampOf, packetRate } from "../../src/console/links/linkActivity";
import type { LinkState } from "../../src/console/links/linkState";
import { whipPage } from "../../src/console/links/whipPanel";
import { languages } from "../../src/language/languages";
import { saySentence } from "../../src/language/saySentence";
import type { Told } from "../../src/protocol/messages";

const QUIET: LinkState = {
  id: 1,
  kind: "osc-in",
  address: "9000",
  on: true,
  fixed: false,
  sends: false,
  testing: false,
  failed: null,
  received: 10,
  sent: 5,
  refused: 2,
  newest: null,
  refusal: null,
};

const told = (key: string, values: Told["values"]): Told => ({ key, values, text: "as it is" });

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
  expect(
    lampOf(
      before,
      seen(1000, {
        sent: 6,
        refused: 3,
        failed: told("port", { place: "here", reason: "in use" }),
      }),
    ),
  ).toBe("failed");
  expect(
    lampOf(
      before,
      seen(1000, { on: false, failed: told("port", { place: "here", reason: "in use" }) }),
    ),
  ).toBe("off");
});

it("a sentence of the server is said with its values; an unknown one as the server says it", () => {
  expect(saySentence(told("universe", { wanted: 2, got: 1 }))).toBe("expected universe 2, got 1");
  expect(saySentence(told("stage_refuses", { detail: "{got} $&" }))).toBe("{got} $&");
  const reason = told("disk_full", {});
  expect(saySentence(told("unwritable_take", { take: "a", reason }))).toMatch(/the disk is full$/);
  expect(saySentence(told("of a newer server", {}))).toBe("as it is");
  expect(saySentence(told("constructor", {}))).toBe("as it is");
});

it("every sentence holds the same values in each language", () => {
  const namesOf = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  const { en, de } = languages;
  for (const [key, text] of Object.entries(en.sentences))
    expect(namesOf(Reflect.get(de.sentences, key)), key).toEqual(namesOf(text));
});

it("the page that sends a picture hides the token from servers", () => {
  vi.stubGlobal("location", { search: "?lang=de&key=1" });
  expect(whipPage("hall 2", "https://host/a?b=c&d", "s&t")).toBe(
    "./?stage=hall+2&lang=de&kiosk&whip=https%3A%2F%2Fhost%2Fa%3Fb%3Dc%26d#whip=s%26t",
  );
  vi.stubGlobal("location", { search: "" });
  expect(whipPage("default", "http://host/a", "")).toBe("./?kiosk&whip=http%3A%2F%2Fhost%2Fa");
  for (const wrong of ["", "host", "javascript:alert(1)"])
    expect(whipPage("default", wrong, "")).toBe(null);
  vi.unstubAllGlobals();
});
