import { Color } from "three";
import { describe, expect, it } from "vitest";
import { blendPalettes } from "../../src/body/blendPalettes";
import { type EmotionPalette, emotionPalette } from "../../src/body/emotionPalette";

const black: EmotionPalette = { accent: new Color(0, 0, 0), light: new Color(0, 0, 0) };
const red: EmotionPalette = { accent: new Color(1, 0, 0), light: new Color(1, 0.5, 0) };
const blue: EmotionPalette = { accent: new Color(0, 0, 1), light: new Color(0, 0.5, 1) };

function blend(weights: number[], target: EmotionPalette = emotionPalette("neutral")): number[] {
  blendPalettes([red, blue], weights, target);
  return [...target.accent.toArray(), ...target.light.toArray()];
}

describe("a blend", () => {
  it("of one emotion is its palette, whatever the weight", () => {
    expect(blend([1, 0])).toEqual([1, 0, 0, 1, 0.5, 0]);
    expect(blend([0.3, 0])).toEqual([1, 0, 0, 1, 0.5, 0]);
  });

  it("of several is their weighted mean", () => {
    expect(blend([1.5, 0.5])).toEqual([0.75, 0, 0.25, 0.75, 0.5, 0.25]);
  });

  it("of none leaves the colours as they were", () => {
    const target = { accent: new Color(0.1, 0.2, 0.3), light: new Color(0.4, 0.5, 0.6) };
    expect(blend([0, 0], target)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    blendPalettes([], [], black);
    expect(black.accent.getHex()).toBe(0);
  });
});

describe("a label's colours", () => {
  it("are its own and always the same, also for labels nobody chose colours for", () => {
    for (const label of ["happy", "melancholy", "constructor", ""]) {
      expect(emotionPalette(label)).toEqual(emotionPalette(label));
    }
    expect(emotionPalette("melancholy")).not.toEqual(emotionPalette("childlike"));
    expect(emotionPalette("happy")).not.toEqual(emotionPalette("sad"));
  });
});
