import { describe, expect, it } from "vitest";
import { blendAtPoint } from "../../src/console/emotion/blendAtPoint";
import { blendWeights } from "../../src/console/emotion/blendWeights";
import { circumplex } from "../../src/console/emotion/circumplex";
import { pointOfBlend } from "../../src/console/emotion/pointOfBlend";
import { withEmotionShare } from "../../src/console/emotion/withEmotionShare";

const labels = ["neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited"];
const places = circumplex(labels);
const place = (label: string) => places[labels.indexOf(label)] as (typeof places)[0];
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const inTheOrderOf = (blend: Record<string, number>) => labels.map((label) => blend[label] ?? 0);
const steps = Array.from({ length: 41 }, (_, i) => i / 20 - 1);
const smallSteps = Array.from({ length: 201 }, (_, i) => i / 100 - 1);

describe("the places of emotions", () => {
  it("are where people feel them", () => {
    expect(place("neutral")).toEqual({ valence: 0, arousal: 0 });
    expect(place("happy").valence).toBeGreaterThan(0.7);
    expect(place("sad").valence).toBeLessThan(-0.6);
    expect(place("angry").arousal).toBeGreaterThan(0.7);
    expect(place("tired").arousal).toBeLessThan(-0.7);
  });

  it.each([
    [["one"]],
    [["childlike", "old", "giant", "musical"]],
    [[...labels, "joyful", "old", "sleepy", "drunk"]],
  ])("are apart for all of %j", (names) => {
    const found = circumplex(names);
    for (const [i, a] of found.entries()) {
      for (const b of found.slice(i + 1)) {
        expect(Math.hypot(a.valence - b.valence, a.arousal - b.arousal)).toBeGreaterThan(0.02);
      }
    }
  });
});

describe("the pad", () => {
  it("gives one emotion alone at its place", () => {
    for (const [i, point] of places.entries()) {
      expect(blendAtPoint(point, places)[i]).toBe(1);
    }
  });

  it("gives shares of a whole everywhere, without leaps", () => {
    for (const arousal of steps) {
      let before = blendAtPoint({ valence: -1, arousal }, places);
      for (const valence of smallSteps) {
        const blend = blendAtPoint({ valence, arousal }, places);
        expect(sum(blend)).toBeCloseTo(1, 9);
        expect(Math.min(...blend)).toBeGreaterThanOrEqual(0);
        expect(
          Math.max(...blend.map((share, i) => Math.abs(share - (before[i] ?? 0)))),
        ).toBeLessThan(0.15);
        before = blend;
      }
    }
  });

  it("blends what is near: excitement and happiness, no sadness", () => {
    const blend = blendAtPoint({ valence: 0.66, arousal: 0.35 }, places);
    expect(blend[labels.indexOf("proud")]).toBeGreaterThan(0.9);
    expect(blend[labels.indexOf("sad")]).toBe(0);
  });

  it("stands where its own blend puts it", () => {
    for (const valence of steps.filter((_, i) => i % 5 === 2)) {
      for (const arousal of steps.filter((_, i) => i % 5 === 3)) {
        const blend = blendAtPoint({ valence, arousal }, places);
        const again = blendAtPoint(pointOfBlend(blend, places), places);
        expect(
          Math.max(...again.map((share, i) => Math.abs(share - (blend[i] ?? 0)))),
        ).toBeLessThan(0.02);
      }
    }
    expect(pointOfBlend(inTheOrderOf({ afraid: 1 }), places)).toEqual(place("afraid"));
  });

  it("goes straight from an emotion to its opposite", () => {
    const [angry, tired] = [place("angry"), place("tired")];
    const half = pointOfBlend(inTheOrderOf({ angry: 0.5, tired: 0.5 }), places);
    expect(half.valence).toBeCloseTo((angry.valence + tired.valence) / 2);
    expect(half.arousal).toBeCloseTo((angry.arousal + tired.arousal) / 2);
  });
});

describe("the faders", () => {
  it("leave a whole, and the others in proportion", () => {
    const shares = withEmotionShare(inTheOrderOf({ happy: 0.2, sad: 0.6, angry: 0.2 }), 1, 0.6, 0);
    expect(shares).toEqual(
      inTheOrderOf({ happy: 0.6, sad: expect.closeTo(0.3), angry: expect.closeTo(0.1) } as never),
    );
  });

  it("fill up with what is calm when one alone goes down", () => {
    const shares = withEmotionShare(inTheOrderOf({ happy: 1 }), 1, 0.75, 0);
    expect(shares).toEqual(inTheOrderOf({ neutral: 0.25, happy: 0.75 }));
    expect(withEmotionShare(inTheOrderOf({ neutral: 1 }), 0, 0.5, 0)).toEqual(
      inTheOrderOf({ neutral: 1 }),
    );
  });

  it("never ask for more than the intensity", () => {
    const weights = blendWeights(labels, Array(8).fill(1 / 8), 1.5);
    expect(sum(Object.values(weights))).toBeLessThanOrEqual(1.5);
    expect(blendWeights(labels, inTheOrderOf({ sad: 1 }), 1)).toEqual({ sad: 1 });
  });
});
