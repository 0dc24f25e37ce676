import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LtcDecoder, type LtcFrame } from "../../src/console/timecode/ltcDecoder";

/** Samples a second of the captures, which libltc made; see tests/peers/encode_ltc.py. */
const RATE = 24_000;
const FRAMES = 16;
/** Bytes before the samples of a WAV file. */
const HEADER = 44;

function capture(name: string): Float32Array {
  const bytes = readFileSync(`../tests/peers/captures/ltc-${name}-libltc.wav`).subarray(HEADER);
  return Float32Array.from(bytes, (byte) => (byte - 128) / 128);
}

/** Decodes as an AudioWorklet gives samples: 128 at a time. */
function decode(samples: Float32Array, rate = RATE): LtcFrame[] {
  const decoder = new LtcDecoder(rate);
  const frames: LtcFrame[] = [];
  for (let at = 0; at < samples.length; at += 128)
    frames.push(...decoder.receive(samples.subarray(at, at + 128), at / rate));
  return frames;
}

/** A tape at another speed. */
function resampled(samples: Float32Array, speed: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / speed) - 1 }, (_, index) => {
    const at = index * speed;
    const [before = 0, after = 0] = samples.subarray(Math.floor(at), Math.floor(at) + 2);
    return before + (after - before) * (at % 1);
  });
}

/** Noise with a spread of 1, the same every time. */
function* noise() {
  let seed = 1;
  while (true) {
    seed = (seed * 48271) % 2147483647;
    yield (2 * seed) / 2147483647 - 1;
  }
}

const CASES = [
  { name: "24", fps: 24, first: 3723 + 4 / 24, speed: 1 },
  { name: "25", fps: 25, first: 86398 + 20 / 25, speed: 1 },
  { name: "2997-drop", fps: 30, first: 59 + 22 / 30, speed: 1 },
  { name: "30", fps: 30, first: 37230 + 5 / 30, speed: 1 },
];

describe("linear timecode of libltc", () => {
  it.each(CASES)("$name frames a second: every frame, to the frame", ({ name, fps, first }) => {
    const frames = decode(capture(name));
    expect(frames.length).toBeGreaterThanOrEqual(FRAMES - 2); // the first confirms, the last may not end
    for (const frame of frames) {
      expect(frame).toMatchObject({ fps, speed: 1 });
      const real = name === "2997-drop" ? 30 / 1.001 : fps;
      const since = Math.round(frame.at * real);
      const dropped = name === "2997-drop" && first * 30 + since > 60 * 30 ? 2 / 30 : 0;
      expect(frame.position).toBeCloseTo(first + since / fps + dropped, 6);
      expect(frame.at * real).toBeCloseTo(since, 1);
    }
  });

  it("runs in reverse", () => {
    const frames = decode(capture("25-reverse"));
    expect(frames.length).toBeGreaterThanOrEqual(FRAMES - 2);
    // Its last frame is 1:00:01:00, and is heard first.
    for (const { position, speed, at } of frames) {
      expect(speed).toBe(-1);
      expect(position).toBeCloseTo(3601 + 1 / 25 - Math.round(at * 25) / 25, 6);
    }
  });

  it.each([1, -1, 0.02, -0.02])("is heard at a gain of %f beside noise and hum", (gain) => {
    const random = noise();
    const samples = capture("25").map((sample, index) => {
      const hum = 0.2 * Math.sin((2 * Math.PI * 50 * index) / RATE);
      return gain * (sample + hum + 0.1 * (random.next().value ?? 0)) + 0.05;
    });
    const frames = decode(samples);
    expect(frames.length).toBeGreaterThanOrEqual(FRAMES - 4); // the zero line settles first
    for (const { position, at } of frames)
      expect(position).toBeCloseTo(86398.8 + Math.round(at * 25) / 25, 6);
  });

  it.each([0.9, 1.1])("is followed at %f of its speed", (speed) => {
    // The length of a bit is found within the first frames.
    expect(decode(resampled(capture("25"), speed)).length).toBeGreaterThanOrEqual(FRAMES - 4);
  });

  it("a jump is confirmed by a second frame, and no false time is told meanwhile", () => {
    const jump = Float32Array.from([...capture("25"), ...capture("30")]);
    const positions = decode(jump).map(({ position }) => position);
    const possible = (position: number) =>
      (position > 86398.8 && position < 86399.5) || (position > 37230.1 && position < 37230.8);
    expect(positions.filter((position) => !possible(position))).toEqual([]);
    expect(positions.some((position) => position < 40_000)).toBe(true);
  });

  it("hears nothing in silence, music or noise", () => {
    const random = noise();
    const hiss = Float32Array.from({ length: RATE }, () => 0.3 * (random.next().value ?? 0));
    const tone = Float32Array.from({ length: RATE }, (_, index) => Math.sin(index * 0.26));
    for (const samples of [new Float32Array(RATE), hiss, tone]) expect(decode(samples)).toEqual([]);
  });
});
