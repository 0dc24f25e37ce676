import type { Options } from "@mediapipe/pose";
import { afterEach, expect, it, vi } from "vitest";
import { PoseDetector } from "../../src/performer/poseDetector";

const bestQuality = vi.hoisted(() => vi.fn());
vi.mock("../../src/quality", () => ({ bestQuality }));

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ["high", {}],
  ["low", { useCpuInference: true }],
  [null, { useCpuInference: true }],
])("infers on the CPU unless a GPU draws: %s", async (quality, more) => {
  const setOptions = vi.fn<(options: Options) => void>();
  class Pose {
    setOptions = setOptions;
    onResults = vi.fn();
    initialize = vi.fn();
  }
  vi.stubGlobal("window", { Pose });
  bestQuality.mockReturnValue(quality);
  await PoseDetector.load();
  const expected = { modelComplexity: 1, smoothLandmarks: false, ...more };
  expect(setOptions).toHaveBeenCalledWith(expected);
});
