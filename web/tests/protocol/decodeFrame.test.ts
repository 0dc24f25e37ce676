import { describe, expect, it } from "vitest";
import { decodeFrame } from "../../src/protocol/decodeFrame";
import { ProtocolError } from "../../src/protocol/protocolError";
import { goldenBytes, goldenJson } from "../golden";

interface GoldenFrame {
  joints: number;
  sequence: number;
  time: number;
  taken_up: boolean;
  hips: number[];
  rotations: number[][];
  emotion: number[];
}

describe.each(["frame-rest", "frame-dance", "frame-extreme"])("%s", (name) => {
  const golden = goldenJson<GoldenFrame>(name);
  const frame = decodeFrame(goldenBytes(name), golden.joints, golden.emotion.length);

  it("says what the server meant", () => {
    expect(frame.sequence).toBe(golden.sequence);
    expect(frame.time).toBe(golden.time);
    expect(frame.takenUp).toBe(golden.taken_up);
    expectClose(frame.hips, golden.hips);
    expectClose(frame.rotations, golden.rotations.flat());
    expectClose(frame.emotion, golden.emotion);
  });

  it("has unit rotations", () => {
    for (let at = 0; at < frame.rotations.length; at += 4) {
      expect(Math.hypot(...frame.rotations.subarray(at, at + 4))).toBeCloseTo(1, 5);
    }
  });
});

describe("bytes that are no frame of this skeleton", () => {
  const golden = goldenJson<GoldenFrame>("frame-dance");
  const decode = (bytes: ArrayBuffer, joints = golden.joints, emotions = 8) =>
    decodeFrame(bytes, joints, emotions);

  it.each([0, 1, 21, 156])("cut off after %i bytes", (length) => {
    expect(() => decode(goldenBytes("frame-dance").slice(0, length))).toThrow(ProtocolError);
  });

  it("of another joint count or with other labels", () => {
    expect(() => decode(goldenBytes("frame-dance"), 20)).toThrow(/expected 151 at bytes, got 157/);
    expect(() => decode(goldenBytes("frame-dance"), 21, 7)).toThrow(ProtocolError);
    expect(() => decode(goldenBytes("frame-dance"), 20, 14)).toThrow(/expected 14 at emotions/);
  });

  it.each([
    [0, "version"],
    [1, "type"],
  ])("with another byte at %i, its %s", (at, what) => {
    const bytes = goldenBytes("frame-dance");
    new Uint8Array(bytes)[at] = 9;
    expect(() => decode(bytes)).toThrow(`expected 1 at ${what}, got 9`);
  });
});

it("normalises words that no encoder writes", () => {
  const bytes = goldenBytes("frame-dance");
  new Uint8Array(bytes).fill(0xff, 22, 28);
  const { rotations } = decodeFrame(bytes, 21, 8);
  expect(Math.hypot(...rotations.subarray(0, 4))).toBeCloseTo(1, 5);
});

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(got[i], `at ${i}`).toBeCloseTo(value, 5);
  });
}
