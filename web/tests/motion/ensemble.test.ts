import { describe, expect, it } from "vitest";
import { Ensemble } from "../../src/motion/ensemble";
import { frame, SPEED, walker } from "./simulatedLink";

describe("dancers who come and go", () => {
  const first = frame(0, 0, [walker(0, 1), walker(10, 2)]);
  const second = frame(1, 1, [walker(21, 3), walker(1, 1)]);

  it("are those of the nearer frame", () => {
    const ensemble = new Ensemble();
    ensemble.interpolate(first, second, 0.5, 0);
    expect(ensemble.figures.map(({ id }) => id)).toEqual([1, 2]);
    ensemble.interpolate(first, second, 1, 0);
    expect(ensemble.figures.map(({ id }) => id)).toEqual([3, 1]);
    ensemble.interpolate(frame(2, 2, []), frame(3, 3, []), 0.5, 0);
    expect(ensemble.figures).toEqual([]);
  });

  it("move when they are in both frames, else stay put", () => {
    const ensemble = new Ensemble();
    ensemble.interpolate(first, second, 0.5, 0);
    const hips = ensemble.figures.map((figure) => figure.hips[0]);
    expect(hips).toEqual([0.5 * SPEED, 10 * SPEED]);
  });

  it("stay the same object for as long as they are there", () => {
    const ensemble = new Ensemble();
    ensemble.interpolate(first, second, 0, 0);
    const [one] = ensemble.figures;
    ensemble.interpolate(first, second, 1, 0);
    expect(ensemble.figures[1]).toBe(one);
  });

  it("are told apart by kind too", () => {
    const pair = [walker(0, 1), { ...walker(5, 1), kind: "performer" as const }];
    const ensemble = new Ensemble();
    ensemble.interpolate(frame(0, 0, pair), frame(1, 1, [...pair].reverse()), 0, 0);
    expect(ensemble.figures.map((figure) => figure.hips[0])).toEqual([0, 5 * SPEED]);
  });
});

describe("the mood", () => {
  const mood = (emotion: number[]) => ({ ...frame(0), emotion: Float32Array.from(emotion) });

  it("lies between that of the frames, and not beyond", () => {
    const ensemble = new Ensemble();
    ensemble.interpolate(mood([0, 1]), mood([1, 0]), 0.25, 0);
    expect([...ensemble.emotion]).toEqual([0.25, 0.75]);
    ensemble.interpolate(mood([0, 1]), mood([1, 0]), 1.5, 0);
    expect([...ensemble.emotion]).toEqual([1, 0]);
  });

  it("is that of the newer frame when the labels change", () => {
    const ensemble = new Ensemble();
    ensemble.interpolate(mood([1]), mood([0.25, 0.75]), 0.5, 0);
    expect([...ensemble.emotion]).toEqual([0.25, 0.75]);
  });
});

describe("a cut", () => {
  const at = (time: number) => frame(0, time, [walker(time)]);
  const show = (ensemble: Ensemble, time: number, seconds = 0) =>
    ensemble.interpolate(at(time), at(time), 0, seconds);

  it("begins where the old motion was and ends in the new one", () => {
    const ensemble = new Ensemble();
    show(ensemble, 1.1);
    const before = [...(ensemble.figures[0]?.rotations ?? [])];
    ensemble.cutTo(at(3.3), at(3.3), 0);
    show(ensemble, 3.3);
    expect(ensemble.figures[0]?.hips[0]).toBeCloseTo(1.1 * SPEED);
    before.forEach((value, i) => {
      expect(ensemble.figures[0]?.rotations[i]).toBeCloseTo(value, 5);
    });
    for (let i = 0; i < 30; i++) show(ensemble, 3.3, 1 / 60);
    expect(ensemble.figures[0]?.hips[0]).toBeCloseTo(3.3 * SPEED);
    walker(3.3).rotations.forEach((value, i) => {
      expect(ensemble.figures[0]?.rotations[i]).toBeCloseTo(value, 5);
    });
  });

  it("does not concern who was not there before", () => {
    const ensemble = new Ensemble();
    ensemble.cutTo(at(2), at(2), 0);
    show(ensemble, 2);
    expect(ensemble.figures[0]?.hips[0]).toBe(2 * SPEED);
  });
});
