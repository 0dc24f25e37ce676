import { expect, it } from "vitest";
import { findBeat } from "../../src/sound/findBeat";
import { chance } from "../motion/simulatedLink";

const RATE = 44100;
const SECONDS = 10;

/** A drum on each beat, a hat between, over noise; the first beat after so many seconds. */
function music(bpm: number, first: number, noise: number): Float32Array {
  const next = chance(1);
  const period = 60 / bpm;
  return Float32Array.from({ length: SECONDS * RATE }, (_, i) => {
    const since = (i / RATE - first + period) % period;
    const sinceHalf = (since + period / 2) % period;
    const drum = Math.exp(-18 * since) * Math.sin(2 * Math.PI * 55 * since);
    const hat = 0.15 * Math.exp(-60 * sinceHalf) * (next() - 0.5);
    return 0.5 * drum + hat + noise * (next() - 0.5);
  });
}

it.each([
  [72, 0.1, 0],
  [96, 0.31, 0.02],
  [120, 0.05, 0.1],
  [133.5, 0.2, 0.02],
  [150, 0.12, 0.02],
])("hears %f beats a minute from %f s on, in noise of %f", (bpm, first, noise) => {
  const beat = findBeat(music(bpm, first, noise), RATE);
  expect((beat?.bpm ?? 0) / bpm).toBeCloseTo(1, 2);
  const beats = (((beat?.offset ?? 0) - first) * bpm) / 60;
  expect(Math.abs(beats - Math.round(beats)) * (60 / bpm)).toBeLessThan(0.025);
});

it("hears no beat in silence, nor in noise", () => {
  const next = chance(2);
  expect(findBeat(new Float32Array(SECONDS * RATE), RATE)).toBeNull();
  expect(
    findBeat(
      new Float32Array(SECONDS * RATE).map(() => next() - 0.5),
      RATE,
    ),
  ).toBeNull();
});
