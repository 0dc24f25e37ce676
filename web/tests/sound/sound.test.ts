import { describe, expect, it } from "vitest";
import { secondsToBar } from "../../src/sound/secondsToBar";
import { SteadyBeat } from "../../src/sound/steadyBeat";
import { TapTempo } from "../../src/sound/tapTempo";
import { chance } from "../motion/simulatedLink";

describe("tapping", () => {
  it.each([60, 120, 174.5])("finds %f beats a minute, however unsteady the hand", (bpm) => {
    const next = chance(1);
    const taps = new TapTempo();
    const beats = Array.from({ length: 9 }, (_, i) =>
      taps.tap(5 + (i * 60) / bpm + 0.02 * (next() - 0.5)),
    );
    expect(beats.slice(0, 2)).toEqual([null, null]);
    const beat = beats.at(-1);
    expect(beat?.bpm).toBeGreaterThan(0.99 * bpm);
    expect(beat?.bpm).toBeLessThan(1.01 * bpm);
    expect(beat?.at).toBeCloseTo(5 + (8 * 60) / bpm, 1);
  });

  it("starts again after a pause, and stays within what the wire takes", () => {
    const taps = new TapTempo();
    for (const at of [0, 1, 2]) taps.tap(at);
    expect(taps.tap(10)).toBeNull();
    taps.tap(10.05);
    expect(taps.tap(10.1)?.bpm).toBe(400);
  });
});

it("counts the seconds to the next bar of four beats", () => {
  const beat = { bpm: 120, at: 100 };
  expect(secondsToBar(beat, 100)).toBe(0);
  expect(secondsToBar(beat, 100.5)).toBeCloseTo(1.5);
  expect(secondsToBar(beat, 97)).toBeCloseTo(1);
});

it("follows a heard beat when guesses agree, and tells it once", () => {
  const steady = new SteadyBeat();
  expect(steady.accept({ bpm: 120, at: 0 })).toBeNull();
  expect(steady.accept({ bpm: 121, at: 0.01 })?.bpm).toBe(121);
  expect(steady.accept({ bpm: 121, at: 0.01 + 60 / 121 })).toBeNull();
  expect(steady.accept({ bpm: 240, at: 0 })).toBeNull();
  expect(steady.accept({ bpm: 121, at: 0 })).toBeNull();
  expect(steady.accept({ bpm: 121, at: 0.2 })?.at).toBe(0.2);
});
