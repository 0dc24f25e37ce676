import { describe, expect, it } from "vitest";
import { captureCue } from "../../src/console/cues/captureCue";
import { cueSummary } from "../../src/console/cues/cueSummary";
import { moveCue } from "../../src/console/cues/moveCue";
import { neighbourCue } from "../../src/console/cues/neighbourCue";
import type { Controls } from "../../src/protocol/messages";
import { goldenJson } from "../golden";

const cues = ["a", "b", "c"].map((id) => ({ id, name: id, set: {} }));
const list = (current: string | null) => ({
  revision: 1,
  cues,
  presets: [],
  current,
  went: null,
  damage: "",
});

describe("a cue list", () => {
  it("goes from the first cue to the last, and back", () => {
    expect(neighbourCue(list(null), 1)?.id).toBe("a");
    expect(neighbourCue(list("a"), 1)?.id).toBe("b");
    expect(neighbourCue(list("c"), 1)).toBeNull();
    expect(neighbourCue(list("b"), -1)?.id).toBe("a");
    expect(neighbourCue(list("a"), -1)).toBeNull();
  });

  it("starts again when the cue that went was deleted", () => {
    expect(neighbourCue(list("gone"), 1)?.id).toBe("a");
    expect(neighbourCue(list("gone"), -1)).toBeNull();
  });

  it.each([
    ["b", -1, "bac"],
    ["b", 1, "acb"],
    ["a", -1, "abc"],
    ["c", 1, "abc"],
  ] as const)("moves %s by %i: %s", (id, step, order) => {
    expect(
      moveCue(cues, id, step)
        .map((cue) => cue.id)
        .join(""),
    ).toBe(order);
  });
});

describe("a cue", () => {
  it("remembers what is on stage, but neither panic, recording, chance nor beat", () => {
    const golden = goldenJson<{ server: (Controls & { type: string })[] }>("messages");
    const controls = golden.server.find(({ type }) => type === "controls") as Controls;
    const changes = captureCue(controls);
    const { emotion, content } = controls;
    expect(changes).toMatchObject({ emotion, content, energy: 1.25, mode: "duet" });
    for (const name of ["panic", "recording", "seed", "beat"])
      expect(changes).not.toHaveProperty(name);
  });

  it("says what it does, the strongest feeling first", () => {
    const feeling = { emotion: { sad: 0.3, angry: 0.7 }, content: { walk: 0.8, limp: 0.2 } };
    const set = { ...feeling, energy: 1.6, mode: "duet", look: "" } as const;
    expect(cueSummary({ id: "a", name: "Storm", set })).toBe(
      "Angry 70 % + Sad 30 % · Walk 80 % + limp 20 % · energy 160 % · Duet",
    );
  });
});
