import { describe, expect, it } from "vitest";
import { decodeFrame, type FrameFigure } from "../../src/protocol/decodeFrame";
import { ProtocolError } from "../../src/protocol/protocolError";
import { goldenBytes, goldenJson } from "../golden";

interface GoldenFrame {
  joints: number;
  sequence: number;
  time: number;
  captured: number | null;
  performer_present: boolean;
  emotion: number[];
  figures: {
    kind: number;
    id: number;
    taken_up: boolean;
    contacts: boolean[];
    hips: number[];
    rotations: number[][];
  }[];
}

describe.each(["frame-empty", "frame-rest", "frame-dance", "frame-extreme"])("%s", (name) => {
  const golden = goldenJson<GoldenFrame>(name);
  const frame = decodeFrame(goldenBytes(name), golden.joints, golden.emotion.length);

  it("says what the server meant", () => {
    expect(frame.sequence).toBe(golden.sequence);
    expect(frame.time).toBe(golden.time);
    expect(frame.captured).toBe(golden.captured ?? Number.NaN);
    expect(frame.performerPresent).toBe(golden.performer_present);
    expectClose(frame.emotion, golden.emotion);
    expect(frame.figures).toHaveLength(golden.figures.length);
  });

  it("has every figure in its pose", () => {
    golden.figures.forEach((expected, i) => {
      const figure = frame.figures[i] as FrameFigure;
      expect(figure.kind).toBe(["partner", "performer"][expected.kind]);
      expect([figure.id, figure.takenUp]).toEqual([expected.id, expected.taken_up]);
      expect([0, 1, 2, 3].map((bit) => ((figure.contacts >> bit) & 1) === 1)).toEqual(
        expected.contacts,
      );
      expectClose(figure.hips, expected.hips);
      expectClose(figure.rotations, expected.rotations.flat());
    });
  });

  it("has unit rotations", () => {
    for (const { rotations } of frame.figures) {
      for (let at = 0; at < rotations.length; at += 4) {
        expect(Math.hypot(...rotations.subarray(at, at + 4))).toBeCloseTo(1, 5);
      }
    }
  });
});

describe("bytes that are no frame of this skeleton", () => {
  const golden = goldenJson<GoldenFrame>("frame-dance");
  const decode = (bytes: ArrayBuffer, joints = golden.joints, emotions = 8) =>
    decodeFrame(bytes, joints, emotions);

  it.each([0, 1, 24, 25, 33, 304])("cut off after %i bytes", (length) => {
    expect(() => decode(goldenBytes("frame-dance").slice(0, length))).toThrow(ProtocolError);
  });

  it("of another joint count or with other labels", () => {
    expect(() => decode(goldenBytes("frame-dance"), 20)).toThrow(/expected 293 at bytes, got 305/);
    expect(() => decode(goldenBytes("frame-dance"), 21, 7)).toThrow(/expected 7 at emotions/);
  });

  it.each([
    [0, "expected 2 at version, got 9"],
    [1, "expected 1 at type, got 9"],
    [33, "expected 0 or 1 at kind, got 9"],
  ])("with another byte at %i", (at, reason) => {
    const bytes = goldenBytes("frame-dance");
    new Uint8Array(bytes)[at] = 9;
    expect(() => decode(bytes)).toThrow(reason);
  });
});

it("normalises words that no encoder writes", () => {
  const bytes = goldenBytes("frame-dance");
  new Uint8Array(bytes).fill(0xff, 43, 49);
  const rotations = decodeFrame(bytes, 21, 8).figures[0]?.rotations.subarray(0, 4) ?? [];
  expect(Math.hypot(...rotations)).toBeCloseTo(1, 5);
});

function expectClose(got: ArrayLike<number>, expected: readonly number[]): void {
  expect(got.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(got[i], `at ${i}`).toBeCloseTo(value, 5);
  });
}
