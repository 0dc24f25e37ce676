import { expect, it } from "vitest";
import { emotionPalette } from "../../src/body/emotionPalette";
import { layColours } from "../../src/stage/ringColours";

const PLACES = 120;

function laid(weights: Record<string, number>): Float32Array {
  const colours = new Float32Array(3 * PLACES);
  layColours(weights, colours);
  return colours;
}

/** How far the colours of two places are apart. */
function apart(colours: Float32Array, one: number, other: number): number {
  return Math.hypot(
    ...[0, 1, 2].map((part) => (colours[3 * one + part] ?? 0) - (colours[3 * other + part] ?? 0)),
  );
}

it("is of one colour where one emotion has all votes", () => {
  const colours = laid({ sad: 0.4, happy: 0 });
  const { accent, light } = emotionPalette("sad");
  expect(colours[0]).toBeCloseTo(accent.lerp(light, 0.35).r, 5);
  for (let place = 1; place < PLACES; place++) expect(apart(colours, 0, place)).toBeLessThan(1e-6);
});

it("gives each emotion an arc as long as its share", () => {
  const colours = laid({ happy: 0.6, sad: 0.2 });
  const happy = laid({ happy: 1 });
  const like = [...Array(PLACES).keys()].filter(
    (place) =>
      Math.hypot(
        ...[0, 1, 2].map((part) => (colours[3 * place + part] ?? 0) - (happy[part] ?? 0)),
      ) < 0.2,
  );
  expect(like.length / PLACES).toBeGreaterThan(0.68);
  expect(like.length / PLACES).toBeLessThan(0.82);
});

it.each([
  [{ happy: 0.5, sad: 0.5 }],
  [{ happy: 0.01, sad: 0.9, angry: 0.05, own: 0.04 }],
  [Object.fromEntries([..."abcdefghijklmnopqrst"].map((label) => [label, 0.05]))],
])("has no edges and no holes: %j", (weights) => {
  const colours = laid(weights);
  expect(colours.every((part) => part >= 0 && part <= 1)).toBe(true);
  for (let place = 0; place < PLACES; place++) {
    expect(apart(colours, place, (place + 1) % PLACES)).toBeLessThan(0.35);
  }
});
