import { describe, expect, it } from "vitest";
import { PlayoutBuffer } from "../../src/motion/playoutBuffer";
import type { Frame } from "../../src/protocol/decodeFrame";

const FPS = 30;
const DISPLAY = 60;
/** Metres a second that the figure walks; so the hips tell the media time that is shown. */
const SPEED = 2;

function frame(sequence: number): Frame {
  return {
    sequence,
    time: sequence / FPS,
    takenUp: false,
    hips: Float32Array.from([(SPEED * sequence) / FPS, 1, 0]),
    rotations: Float32Array.from([0, 0, 0, 1]),
    emotion: Float32Array.from([1]),
  };
}

interface Arrival {
  sequence: number;
  at: number;
}

/** A link: frames leave evenly and arrive as it pleases; in the order in which they do. */
function arrivals(seconds: number, link: (sequence: number) => number, pace = 1): Arrival[] {
  return Array.from({ length: seconds * FPS }, (_, sequence) => ({
    sequence,
    at: (sequence / FPS) * pace + link(sequence),
  }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
}

/** Plays what arrives, taking it from the queue; returns the media time that each display shows. */
function play(buffer: PlayoutBuffer, queue: Arrival[], from: number, to: number): number[] {
  const target = {
    hips: new Float32Array(3),
    rotations: new Float32Array(4),
    emotion: new Float32Array(1),
  };
  const shown: number[] = [];
  for (let tick = Math.ceil(from * DISPLAY); tick < to * DISPLAY; tick++) {
    const now = tick / DISPLAY;
    while (queue[0] && queue[0].at <= now) {
      const { sequence, at } = queue.shift() as Arrival;
      buffer.push(frame(sequence), at);
    }
    if (buffer.sample(now, target)) shown.push((target.hips[0] as number) / SPEED);
  }
  return shown;
}

/** Media seconds that passed from each display frame to the next, as a share of real ones. */
function rates(shown: number[]): number[] {
  return shown.slice(1).map((time, i) => (time - (shown[i] ?? 0)) * DISPLAY);
}

/** The same numbers at each run, spread over [0, 1). */
function chance(sequence: number): number {
  return (sequence * 0.6180339887 + sequence * sequence * 0.3247179572) % 1;
}

describe("an even link", () => {
  const buffer = new PlayoutBuffer(FPS);
  const incoming = arrivals(10, () => 0.02);
  const shown = play(buffer, incoming, 0, 10);

  it("plays evenly with the shortest delay", () => {
    expect(buffer.delay).toBeCloseTo(0.06);
    expect(buffer.underruns).toBe(0);
    expect(buffer.lateFrames).toBe(0);
    for (const rate of rates(shown.slice(DISPLAY))) expect(rate).toBeCloseTo(1, 1);
  });

  it("shows each moment its delay after the quickest arrival", () => {
    expect(10 - 1 / DISPLAY - (shown.at(-1) ?? 0)).toBeCloseTo(0.02 + 0.06, 2);
  });
});

it("has nothing to show before the first frame, then holds it", () => {
  const buffer = new PlayoutBuffer(FPS);
  expect(play(buffer, [], 0, 1)).toEqual([]);
  const shown = play(buffer, [{ sequence: 30, at: 1 }], 1, 1.05);
  expect(shown).toEqual([1, 1, 1]);
});

describe("a jittery link", () => {
  const incoming = arrivals(22, (sequence) => 0.02 + 0.1 * chance(sequence));
  const buffer = new PlayoutBuffer(FPS);
  const shown = play(buffer, incoming, 0, 12);

  it("waits for as long as frames vary, and then never runs dry", () => {
    expect(buffer.delay).toBeGreaterThan(0.12);
    expect(buffer.delay).toBeLessThan(0.18);
    const settled = buffer.underruns;
    expect(settled).toBeLessThan(4);
    play(buffer, incoming, 12, 22);
    expect(buffer.underruns).toBe(settled);
  });

  it("plays evenly all the same, and never backwards", () => {
    for (const rate of rates(shown.slice(3 * DISPLAY))) {
      expect(rate).toBeGreaterThan(0.8);
      expect(rate).toBeLessThan(1.2);
    }
  });
});

it("never waits longer than a quarter of a second", () => {
  const buffer = new PlayoutBuffer(FPS);
  play(
    buffer,
    arrivals(8, (sequence) => 0.4 * chance(sequence)),
    0,
    8,
  );
  expect(buffer.delay).toBe(0.25);
});

it("plays across lost frames at the same speed", () => {
  const buffer = new PlayoutBuffer(FPS);
  const lost = (sequence: number) => (sequence > 90 && sequence % 7 === 3 ? Infinity : 0.02);
  const shown = play(buffer, arrivals(8, lost), 0, 8);
  for (const rate of rates(shown.slice(2 * DISPLAY))) expect(rate).toBeCloseTo(1, 1);
});

it("puts frames that overtook one another in order, and takes no frame twice", () => {
  const buffer = new PlayoutBuffer(FPS);
  const swapped = (sequence: number) => (sequence % 5 === 2 ? 0.06 : 0.02);
  const incoming = arrivals(8, swapped);
  const twice = incoming.flatMap((arrival) => [arrival, arrival]);
  const shown = play(buffer, twice, 0, 8);
  for (const rate of rates(shown.slice(2 * DISPLAY))) expect(rate).toBeCloseTo(1, 1);
  expect(buffer.lateFrames).toBe(0);
});

it("drops frames that come after their moment, and counts them", () => {
  const buffer = new PlayoutBuffer(FPS);
  const straggler = (sequence: number) => (sequence === 150 ? 0.4 : 0.02);
  const shown = play(buffer, arrivals(8, straggler), 0, 8);
  expect(buffer.lateFrames).toBe(1);
  for (const rate of rates(shown.slice(DISPLAY))) expect(rate).toBeGreaterThan(0.8);
});

describe("a gap", () => {
  const buffer = new PlayoutBuffer(FPS);
  const stuck = (sequence: number) =>
    sequence >= 120 && sequence < 144 ? 4.8 - sequence / FPS : 0.02;
  const incoming = arrivals(12, stuck);
  play(buffer, incoming, 0, 4);
  const during = play(buffer, incoming, 4, 4.8);
  const after = play(buffer, incoming, 4.8, 12);

  it("is bridged for a moment, then the pose is held", () => {
    expect(buffer.underruns).toBe(1);
    expect(during.at(-1)).toBeCloseTo(119 / FPS + 0.05, 3);
  });

  it("is caught up with smoothly", () => {
    const rate = rates(after);
    expect(Math.max(...rate)).toBeLessThan(1.2);
    expect(Math.min(...rate)).toBeGreaterThanOrEqual(0);
    expect(12 - (after.at(-1) ?? 0)).toBeLessThan(0.15);
  });
});

it("follows a server whose clock runs apart", () => {
  const buffer = new PlayoutBuffer(FPS);
  const incoming = arrivals(120, () => 0.02, 1.001);
  const shown = play(buffer, incoming, 0, 119);
  expect(buffer.underruns).toBe(0);
  expect(119 - 1.001 * (shown.at(-1) ?? 0)).toBeLessThan(0.12);
});

it("goes on when the server lost time and continues with the next number", () => {
  const buffer = new PlayoutBuffer(FPS);
  const pause = (sequence: number) => (sequence < 90 ? 0.02 : 2.02);
  const shown = play(buffer, arrivals(10, pause), 0, 10);
  expect(buffer.underruns).toBe(1);
  expect(10 - (shown.at(-1) ?? 0)).toBeLessThan(2.02 + 0.12);
});

it("jumps to the present when nobody looked for long", () => {
  const buffer = new PlayoutBuffer(FPS);
  const incoming = arrivals(40, () => 0.02);
  play(buffer, incoming, 0, 2);
  while (incoming[0] && incoming[0].at < 30) {
    const { sequence, at } = incoming.shift() as Arrival;
    buffer.push(frame(sequence), at);
  }
  const shown = play(buffer, incoming, 30, 30.5);
  expect(30 - (shown[0] ?? 0)).toBeLessThan(0.12);
});
