import { describe, expect, it } from "vitest";
import { encodeLandmarks, type Landmark, type Person } from "../../src/protocol/encodeLandmarks";
import { goldenBytes, goldenJson } from "../golden";

interface GoldenLandmarks {
  sequence: number;
  time: number;
  people: {
    positions: [number, number, number][];
    visibility: number[];
    image: [number, number][];
    track: number | null;
    colours: number[] | null;
  }[];
}

describe.each(["landmarks-people", "landmarks-followed", "landmarks-nobody"])("%s", (name) => {
  it("has the bytes that the server expects", () => {
    const { sequence, time, people } = goldenJson<GoldenLandmarks>(name);
    const seen = people.map(({ positions, visibility, image, track, colours }) => ({
      world: positions.map(([x, y, z], i) => ({ x, y, z, visibility: visibility[i] ?? 0 })),
      image: image.map(([x, y]) => ({ x, y })),
      track,
      colours,
    }));
    const bytes = encodeLandmarks(sequence, time, seen);
    expect(new Uint8Array(bytes)).toEqual(new Uint8Array(goldenBytes(name)));
  });
});

function somebody(landmark: Landmark, x = 0): Person {
  const image = Array(33).fill({ x, y: 0 });
  return { world: Array(33).fill(landmark), image, track: null, colours: null };
}

it("keeps what is out of range at its edge", () => {
  const wild = somebody({ x: 1e6, y: -1e6, z: 0.0004, visibility: 1.7 }, 9);
  const view = new DataView(encodeLandmarks(1, 0, [wild]));
  expect(view.getInt16(16, true)).toBe(32767);
  expect(view.getInt16(18, true)).toBe(-32767);
  expect(view.getInt16(20, true)).toBe(0);
  expect(view.getUint8(22)).toBe(255);
  expect(view.getInt16(23, true)).toBe(32767);
});

it("takes an unknown visibility for none", () => {
  const view = new DataView(encodeLandmarks(1, 0, [somebody({ x: 0, y: 0, z: 0 })]));
  expect(view.getUint8(22)).toBe(0);
});
