import { describe, expect, it } from "vitest";
import { FigureMotion } from "../../src/looks/figureMotion";
import { MotionHistory } from "../../src/looks/motionHistory";
import { goldenSkeleton } from "../goldenSkeleton";
import { stillPose } from "../stillPose";

const skeleton = goldenSkeleton();
const TEXELS = skeleton.joints.length * 8;

/** Reads the x of the hips at an age as the shader does. */
function hipsAt({ uniforms }: MotionHistory, age: number): number {
  const data = uniforms.history.value.image.data as Float32Array;
  const rows = data.length / TEXELS - 1;
  const gap = uniforms.historyGap.value;
  const back = age < gap ? age / gap : 1 + (age - gap) * MotionHistory.RATE;
  const row = uniforms.historyNewest.value - back + rows;
  const at = (index: number) => data[(index % rows) * TEXELS] as number;
  const share = row - Math.floor(row);
  return at(Math.floor(row)) * (1 - share) + at(Math.floor(row) + 1) * share;
}

/** Lets a figure walk along x at 1 m/s, in frames of uneven length. */
function walk(history: MotionHistory, seconds: readonly number[]): number {
  const motion = new FigureMotion(skeleton);
  const pose = stillPose(skeleton);
  for (const step of seconds) {
    (pose.hips[0] as number) += step;
    motion.update(pose, 0, false, step);
    history.record(motion, step);
  }
  return pose.hips[0] as number;
}

describe("a history of motion", () => {
  it.each([
    ["an even display", Array.from({ length: 300 }, () => 1 / 60)],
    ["a fast display", Array.from({ length: 900 }, () => 1 / 144)],
    ["an uneven one", Array.from({ length: 200 }, (_, i) => 0.004 + 0.06 * ((i * 0.618) % 1))],
  ])("knows where a figure was at any age, on %s", (_, steps) => {
    const history = new MotionHistory(skeleton);
    const now = walk(history, steps);
    for (const age of [0, 0.003, 0.011, 0.1, 0.77, 2.4, 3.5]) {
      expect(hipsAt(history, age)).toBeCloseTo(now - age, 3);
    }
  });

  it("draws no line between before and after a jump", () => {
    const history = new MotionHistory(skeleton);
    const motion = new FigureMotion(skeleton);
    const pose = stillPose(skeleton);
    for (const x of [0, 2]) {
      pose.hips[0] = x;
      for (let frame = 0; frame < 30; frame++) {
        motion.update(pose, 0, false, 1 / 60);
        history.record(motion, 1 / 60);
      }
    }
    for (const age of [0, 0.4, 0.55, 3]) expect(hipsAt(history, age)).toBeCloseTo(2);
  });
});
