import { describe, expect, it } from "vitest";
import { performersPalette } from "../../src/body/performersPalette";
import { emotionBehaviour } from "../../src/looks/emotionBehaviour";
import { Mood } from "../../src/looks/mood";

function moodOf(labels: string[], weights: number[], seconds = 100): Mood {
  const mood = new Mood(labels);
  mood.update(Float32Array.from(weights), seconds);
  return mood;
}

function expectBehaviour({ behaviour }: Mood, emotion: string): void {
  for (const [key, value] of Object.entries(emotionBehaviour(emotion))) {
    expect(behaviour).toHaveProperty(key, expect.closeTo(value));
  }
}

describe("a mood", () => {
  it("behaves as its emotion does, whatever the weight", () => {
    expectBehaviour(moodOf(["sad", "happy"], [0.3, 0]), "sad");
  });

  it("blends behaviours by weight", () => {
    const [sad, angry] = [emotionBehaviour("sad"), emotionBehaviour("angry")];
    const { behaviour } = moodOf(["sad", "angry"], [0.5, 1.5]);
    expect(behaviour.memory).toBeCloseTo(0.25 * sad.memory + 0.75 * angry.memory);
    expect(behaviour.echoes).toBeCloseTo(0.25 * sad.echoes + 0.75 * angry.echoes);
  });

  it("has colours of its own for performers, whatever the partner feels", () => {
    const mood = new Mood(["angry"], performersPalette);
    mood.update(Float32Array.of(1), 100);
    expect(mood.palette).toEqual(performersPalette());
    expectBehaviour(mood, "angry");
  });

  it("stays as it is when nothing is felt, and changes softly", () => {
    const mood = moodOf(["sad"], [1]);
    mood.update(Float32Array.of(0), 100);
    expectBehaviour(mood, "sad");
    const early = moodOf(["sad"], [1], 0.1).behaviour.memory;
    expect(early).toBeGreaterThan(emotionBehaviour("neutral").memory);
    expect(early).toBeLessThan(emotionBehaviour("sad").memory);
  });

  it("takes a label that nobody knows as neutral", () => {
    for (const label of ["melancholy", "constructor"]) {
      expect(emotionBehaviour(label)).toEqual(emotionBehaviour("neutral"));
    }
  });

  it("flashes with the beat, and without one not at all", () => {
    const mood = moodOf(["excited"], [1]);
    expect(mood.pulse).toBe(0);
    mood.beat = 0;
    const struck = mood.pulse;
    mood.beat = 0.5;
    expect(struck).toBeGreaterThan(4 * mood.pulse);
  });
});
