import { describe, expect, it } from "vitest";
import { encodeLandmarks, type Landmark } from "../../src/protocol/encodeLandmarks";
import { goldenBytes, goldenJson } from "../golden";

interface GoldenLandmarks {
  sequence: number;
  time: number;
  positions: [number, number, number][] | null;
  visibility: number[] | null;
}

describe.each(["landmarks-person", "landmarks-nobody"])("%s", (name) => {
  it("has the bytes that the server expects", () => {
    const golden = goldenJson<GoldenLandmarks>(name);
    const landmarks =
      golden.positions?.map(
        ([x, y, z], i): Landmark => ({ x, y, z, visibility: golden.visibility?.[i] ?? 0 }),
      ) ?? null;
    const bytes = encodeLandmarks(golden.sequence, golden.time, landmarks);
    expect(new Uint8Array(bytes)).toEqual(new Uint8Array(goldenBytes(name)));
  });
});

it("keeps what is out of range at its edge", () => {
  const wild: Landmark = { x: 1e6, y: -1e6, z: 0.0004, visibility: 1.7 };
  const view = new DataView(encodeLandmarks(1, 0, [wild]));
  expect(view.getInt16(16, true)).toBe(32767);
  expect(view.getInt16(18, true)).toBe(-32767);
  expect(view.getInt16(20, true)).toBe(0);
  expect(view.getUint8(22)).toBe(255);
});

it("takes an unknown visibility for none", () => {
  expect(new DataView(encodeLandmarks(1, 0, [{ x: 0, y: 0, z: 0 }])).getUint8(22)).toBe(0);
});
