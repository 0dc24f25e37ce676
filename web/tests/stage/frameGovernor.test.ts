import { describe, expect, it } from "vitest";
import { FrameGovernor } from "../../src/stage/frameGovernor";

const HIGHEST = 2;

/**
 * Lets a governor steer a machine that draws a level in so many seconds, on a display that waits
 * for its next refresh. For the first second the stage is empty, and costs nothing.
 *
 * @returns Levels, one a frame.
 */
function levels(
  costs: readonly number[],
  period: number,
  seconds: number,
  start = HIGHEST,
): number[] {
  const governor = new FrameGovernor(start, HIGHEST);
  const seen: number[] = [];
  for (let time = 0; time < seconds; ) {
    const cost = time < 1 ? 0 : (costs[governor.level] as number);
    const frame = period * Math.max(1, Math.ceil(cost / period - 1e-6));
    governor.update(frame);
    seen.push(governor.level);
    time += frame;
  }
  return seen;
}

function share(of: number[], level: number): number {
  return of.filter((it) => it === level).length / of.length;
}

describe("the governor of quality", () => {
  it("leaves a machine alone that holds the display's rate", () => {
    expect(share(levels([0.004, 0.008, 0.012], 1 / 60, 60), 2)).toBe(1);
  });

  it("steps down within a second or two, to what the machine can do", () => {
    expect(levels([0.004, 0.012, 0.03], 1 / 60, 5).at(-1)).toBe(1);
    expect(levels([0.01, 0.03, 0.2], 1 / 60, 7).at(-1)).toBe(0);
  });

  it("tries again, but ever more seldom where that proves too much", () => {
    const hour = levels([0.004, 0.012, 0.03], 1 / 60, 3600);
    expect(share(hour, 1)).toBeGreaterThan(0.98);
    expect(share(hour, 2)).toBeGreaterThan(0);
  });

  it("climbs back when the machine has become free", () => {
    expect(levels([0.004, 0.008, 0.012], 1 / 60, 60, 0).at(-1)).toBe(2);
  });

  it("holds the rate of a quick display, too", () => {
    expect(levels([0.004, 0.005, 0.012], 1 / 144, 20).at(-1)).toBe(1);
  });

  it("takes a single long pause for what it is", () => {
    const governor = new FrameGovernor(HIGHEST, HIGHEST);
    for (let frame = 0; frame < 200; frame++) governor.update(frame === 100 ? 30 : 1 / 60);
    expect(governor.level).toBe(HIGHEST);
  });
});
