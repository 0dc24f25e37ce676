import { describe, expect, it } from "vitest";
import { Ensemble } from "../../src/motion/ensemble";
import { PlayoutBuffer } from "../../src/motion/playoutBuffer";
import {
  arrivals,
  chance,
  DISPLAY,
  FPS,
  frame,
  inOrder,
  LARGEST_STEP,
  play,
  rates,
} from "./simulatedLink";

describe("an even link", () => {
  const buffer = new PlayoutBuffer();
  const incoming = arrivals(10, () => 0.02);
  const { times: shown } = play(buffer, incoming, 0, 10);

  it("plays evenly with the shortest delay", () => {
    expect(buffer.delay).toBeCloseTo(1 / FPS + 0.01);
    expect(buffer.underruns).toBe(0);
    expect(buffer.lateFrames).toBe(0);
    for (const rate of rates(shown.slice(DISPLAY))) expect(rate).toBeCloseTo(1, 1);
  });

  it("shows each moment its delay after the quickest arrival", () => {
    expect(10 - 1 / DISPLAY - (shown.at(-1) ?? 0)).toBeCloseTo(0.02 + buffer.delay, 2);
  });
});

it("has nothing to show before the first frame, then holds it", () => {
  const buffer = new PlayoutBuffer();
  expect(play(buffer, [], 0, 1).times).toEqual([]);
  const { times } = play(buffer, [{ frame: frame(30), at: 1 }], 1, 1.05);
  expect(times).toEqual([1, 1, 1]);
});

describe("a jittery link", () => {
  const next = chance(1);
  const incoming = arrivals(22, () => 0.02 + 0.1 * next());
  const buffer = new PlayoutBuffer();
  const { times } = play(buffer, incoming, 0, 12);

  it("waits for as long as frames vary, and then never runs dry", () => {
    expect(buffer.delay).toBeGreaterThan(0.1);
    expect(buffer.delay).toBeLessThan(0.18);
    const settled = buffer.underruns;
    play(buffer, incoming, 12, 22);
    expect(buffer.underruns).toBe(settled);
  });

  it("plays on all the same, and never backwards", () => {
    for (const rate of rates(times.slice(3 * DISPLAY))) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThan(1.2);
    }
  });
});

describe.each([
  { loss: 0.05, jitter: 0.1, spikes: 0, delay: 0.2 },
  { loss: 0.1, jitter: 0.1, spikes: 0, delay: 0.2 },
  { loss: 0.1, jitter: 0.05, spikes: 0.01, delay: 0.3 },
])("$loss of frames lost, $jitter s of jitter, 200 ms late: $spikes", (given) => {
  it.each([1, 2, 3, 4, 5])("is survived without a jump, chance %i", (seed) => {
    const next = chance(seed);
    const link = inOrder(() => {
      const [lost, late, spike] = [next(), next(), next()];
      const delay = 0.02 + given.jitter * late + (spike < given.spikes ? 0.2 : 0);
      return lost < given.loss ? Number.POSITIVE_INFINITY : delay;
    });
    const buffer = new PlayoutBuffer();
    const { times, steps } = play(buffer, arrivals(60, link), 0, 60);
    expect(buffer.underruns).toBeLessThan(0.01 * 60 * FPS);
    expect(Math.max(...steps.slice(DISPLAY))).toBeLessThan(1.3 * LARGEST_STEP);
    expect(60 - (times.at(-1) ?? 0)).toBeLessThan(0.02 + given.delay);
  });
});

it("never waits longer than 0.4 seconds", () => {
  const buffer = new PlayoutBuffer();
  const next = chance(1);
  const incoming = arrivals(8, () => 0.49 * next());
  play(buffer, incoming, 0, 8);
  expect(buffer.delay).toBe(0.4);
});

it.each([2, 4, 8])("plays evenly when only one frame of %i comes", (stride) => {
  const buffer = new PlayoutBuffer();
  const thinned = (sequence: number) => (sequence % stride ? Number.POSITIVE_INFINITY : 0.02);
  const { times, steps } = play(buffer, arrivals(20, thinned), 0, 20);
  expect(buffer.delay).toBeCloseTo(stride / FPS + 0.01);
  for (const rate of rates(times.slice(15 * DISPLAY))) expect(rate).toBeCloseTo(1, 1);
  expect(Math.max(...steps.slice(15 * DISPLAY))).toBeLessThan(1.1 * LARGEST_STEP);
});

it("puts frames that overtook one another in order, and takes no frame twice", () => {
  const buffer = new PlayoutBuffer();
  const swapped = (sequence: number) => (sequence % 5 === 2 ? 0.06 : 0.02);
  const twice = arrivals(8, swapped).flatMap((arrival) => [arrival, arrival]);
  play(buffer, twice, 0, 2);
  const learning = buffer.lateFrames;
  for (const rate of rates(play(buffer, twice, 2, 8).times)) expect(rate).toBeCloseTo(1, 1);
  expect(buffer.lateFrames).toBe(learning);
});

it("drops frames that come after their moment, and counts them", () => {
  const buffer = new PlayoutBuffer();
  const straggler = (sequence: number) => (sequence === 150 ? 0.4 : 0.02);
  const { times } = play(buffer, arrivals(8, straggler), 0, 8);
  expect(buffer.lateFrames).toBe(1);
  for (const rate of rates(times.slice(DISPLAY))) expect(rate).toBeGreaterThan(0.5);
});

describe.each([0.3, 0.45, 1, 5])("a link that is lost for %f s", (gap) => {
  const lost = (sequence: number) =>
    sequence >= 120 && sequence < 120 + gap * FPS ? Number.POSITIVE_INFINITY : 0.02;
  const incoming = arrivals(gap + 9, lost);
  const buffer = new PlayoutBuffer();
  const ensemble = new Ensemble();
  const before = play(buffer, incoming, 0, 4, ensemble);
  const during = play(buffer, incoming, 4, 4 + gap, ensemble);
  const after = play(buffer, incoming, 4 + gap - 1 / DISPLAY, 9 + gap, ensemble);

  it("is bridged for a moment, then the pose is held", () => {
    expect(buffer.underruns).toBe(1);
    expect(during.times.at(-1)).toBeCloseTo(119 / FPS + 0.05, 3);
    expect(Math.max(...before.steps.slice(5), ...during.steps)).toBeLessThan(1.1 * LARGEST_STEP);
  });

  it("does not jump when it is back, and is soon in the present", () => {
    // In half a second the walker makes good for what it missed, at most 10 m.
    const catchingUp = (1.5 * 2 * Math.min(gap, 5)) / 0.5 / DISPLAY;
    expect(Math.max(...after.steps)).toBeLessThan(1.3 * LARGEST_STEP + catchingUp);
    expect(9 + gap - (after.times.at(-1) ?? 0)).toBeLessThan(0.1);
  });
});

it("blends over to a server that was restarted", () => {
  const buffer = new PlayoutBuffer();
  const ensemble = new Ensemble();
  play(
    buffer,
    arrivals(20, () => 0.02),
    0,
    20,
    ensemble,
  );
  const anew = arrivals(5, () => 21.02);
  const { times, steps } = play(buffer, anew, 20, 26, ensemble);
  expect(times.at(-1)).toBeCloseTo(26 - 21.02 - buffer.delay, 1);
  expect(Math.max(...steps)).toBeLessThan(1.3 * LARGEST_STEP + (1.5 * 2 * 20) / 0.5 / DISPLAY);
});

it("follows a server whose clock runs apart", () => {
  const buffer = new PlayoutBuffer();
  const { times } = play(
    buffer,
    arrivals(120, () => 0.02, 1.001),
    0,
    119,
  );
  expect(buffer.underruns).toBe(0);
  expect(119 - 1.001 * (times.at(-1) ?? 0)).toBeLessThan(0.12);
});

it("goes on when the server left times out", () => {
  const buffer = new PlayoutBuffer();
  const incoming = Array.from({ length: 300 }, (_, sequence) => {
    const time = sequence / FPS + (sequence < 90 ? 0 : 2);
    return { frame: frame(sequence, time), at: time + 0.02 };
  });
  const { times } = play(buffer, incoming, 0, 12);
  expect(buffer.underruns).toBe(1);
  expect(12 - (times.at(-1) ?? 0)).toBeLessThan(0.12);
});

it("is in the present at once when nobody looked for long", () => {
  const buffer = new PlayoutBuffer();
  const ensemble = new Ensemble();
  const incoming = arrivals(40, () => 0.02);
  play(buffer, incoming, 0, 2, ensemble);
  while (incoming[0] && incoming[0].at < 30) {
    const arrival = incoming.shift();
    if (arrival) buffer.push(arrival.frame, arrival.at);
  }
  const shown = buffer.sample(30, ensemble);
  expect(30 - (shown?.time ?? 0)).toBeLessThan(0.12);
});
