import { describe, expect, it } from "vitest";
import { shortcutOf } from "../../src/console/shortcutOf";

const key = (code: string, held: object = {}) => ({
  code,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

describe("a key", () => {
  it.each(["Space", "ArrowRight", "PageDown"])("%s lets the next cue go", (code) => {
    expect(shortcutOf(key(code), "none")).toEqual({ kind: "go" });
  });

  it.each(["ArrowLeft", "PageUp"])("%s goes back", (code) => {
    expect(shortcutOf(key(code), "none")).toEqual({ kind: "back" });
  });

  it("chooses an emotion, with Shift a preset, on any keyboard", () => {
    expect(shortcutOf(key("Digit3"), "none")).toEqual({ kind: "emotion", index: 2 });
    expect(shortcutOf(key("Numpad9"), "steps")).toEqual({ kind: "emotion", index: 8 });
    expect(shortcutOf(key("Digit1", { shiftKey: true }), "none")).toEqual({
      kind: "preset",
      index: 0,
    });
  });

  it("belongs to the text that is typed, but for Escape", () => {
    for (const code of ["Space", "PageDown", "Digit1", "ArrowLeft"]) {
      expect(shortcutOf(key(code), "text")).toBeNull();
    }
    expect(shortcutOf(key("Escape"), "text")).toEqual({ kind: "panic" });
  });

  it("moves a slider that was reached by keyboard, but a pedal still lets cues go", () => {
    expect(shortcutOf(key("ArrowRight"), "steps")).toBeNull();
    expect(shortcutOf(key("PageDown"), "steps")).toEqual({ kind: "go" });
  });

  it.each([
    key("Space", { ctrlKey: true }),
    key("Digit1", { metaKey: true }),
    key("ArrowLeft", { altKey: true }),
    key("KeyQ"),
    key("Digit0"),
    key("toString"),
  ])("means nothing here: $code", (pressed) => {
    expect(shortcutOf(pressed, "none")).toBeNull();
  });
});
