import { describe, expect, it } from "vitest";
import type { Beat } from "../../src/protocol/messages";
import { MidiClock } from "../../src/sound/midiClock";

const [TICK, START, CONTINUE] = [[0xf8], [0xfa], [0xfb]];

/** Numbers in [-1, 1], always the same (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** Sends ticks of a tempo that arrive unevenly; returns what was told and how wrong it ever was. */
function play(clock: MidiClock, bpm: number, start: number, ticks: number, jitter: number) {
  const random = chance(bpm);
  const told: Beat[] = [];
  let worst = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const due = start + (tick * 60) / bpm / 24;
    const beat = clock.receive(TICK, due + jitter * random());
    if (beat) told.push(beat);
    const last = told.at(-1);
    // What a page that follows the last beat takes for the beat, against the beat itself.
    if (last && tick >= 96 && tick % 24 === 0) {
      const beats = ((due - last.at) * last.bpm) / 60;
      worst = Math.max(worst, (Math.abs(beats - Math.round(beats)) * 60) / last.bpm);
    }
  }
  return { told, worst };
}

describe("MIDI clock", () => {
  it.each([60, 96, 126, 174])("keeps a beat of %f to 2 ms, though ticks jitter by 2.7", (bpm) => {
    const { told, worst } = play(new MidiClock(), bpm, 100, 24 * 120, 0.0027);
    expect(worst).toBeLessThan(0.002);
    expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)?.bpm).toBeCloseTo(bpm, 0);
  });

  it("tells an even clock once a new bar begins nowhere else", () => {
    const { told } = play(new MidiClock(), 120, 0, 24 * 40, 0);
    expect(told).toHaveLength(1);
    expect(told[0]?.bpm).toBeCloseTo(120, 6);
  });

  it("begins a bar with the first tick after the start, wherever ticks were", () => {
    const clock = new MidiClock();
    play(clock, 120, 0, 31, 0);
    clock.receive(START, (31 * 60) / 120 / 24 - 0.001);
    const begun = (31 * 60) / 120 / 24;
    const { told } = play(clock, 120, begun, 48, 0);
    expect(told[0]?.at).toBeCloseTo(begun, 6);
  });

  it("goes on from a song position", () => {
    const clock = new MidiClock();
    clock.receive([0xf2, 8, 0], 0); // half a bar into the song
    clock.receive(CONTINUE, 0);
    const { told } = play(clock, 120, 10, 48, 0);
    expect(told[0]?.at).toBeCloseTo(10 - 1, 6);
  });

  it("follows another tempo within two beats", () => {
    const clock = new MidiClock();
    play(clock, 120, 0, 24 * 8, 0.002);
    const { told } = play(clock, 150, 4, 24 * 3, 0.002);
    expect(told.at(-1)?.bpm).toBeGreaterThan(147);
    expect(told.at(-1)?.bpm).toBeLessThan(153);
  });

  it("is lost after half a second and begins anew", () => {
    const clock = new MidiClock();
    expect(clock.ticksAt(0)).toBe(false);
    play(clock, 120, 0, 48, 0);
    expect(clock.ticksAt(1.3)).toBe(true);
    expect(clock.ticksAt(1.6)).toBe(false);
    const { told } = play(clock, 90, 10, 48, 0);
    expect(told.at(-1)?.bpm).toBeCloseTo(90, 6);
  });

  it("takes any bytes", () => {
    const random = chance(1);
    const clock = new MidiClock();
    for (let time = 0; time < 2000; time++) {
      const bytes = Array.from({ length: time % 5 }, () => Math.floor(128 + 128 * random()));
      const beat = clock.receive([[0xf2, 0xf8, 0xfa, 0xfb][time % 7] ?? 0, ...bytes], time / 50);
      expect(beat === null || (Number.isFinite(beat.at) && beat.bpm >= 20)).toBe(true);
    }
  });
});
