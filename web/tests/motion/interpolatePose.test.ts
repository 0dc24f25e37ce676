import { Quaternion, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { interpolatePose, type Pose } from "../../src/motion/interpolatePose";

function pose(hips: number[], rotations: Quaternion[]): Pose {
  return {
    hips: Float32Array.from(hips),
    rotations: Float32Array.from(rotations.flatMap((rotation) => rotation.toArray())),
  };
}

function turn(degrees: number): Quaternion {
  return new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), (degrees * Math.PI) / 180);
}

function between(from: Pose, to: Pose, alpha: number): Pose {
  const target = pose([0, 0, 0], [turn(0), turn(0)]);
  interpolatePose(from, to, alpha, target);
  return target;
}

const from = pose([0, 1, 0], [turn(0), turn(10)]);
const to = pose([1, 1, 2], [turn(90), turn(-30)]);

function expectRotation(got: Pose, joint: number, degrees: number): void {
  const rotation = new Quaternion().fromArray(got.rotations, joint * 4);
  expect(rotation.angleTo(turn(degrees))).toBeLessThan(1e-3);
  expect(rotation.length()).toBeCloseTo(1, 5);
}

describe("between two poses", () => {
  it.each([0, 0.25, 0.5, 1])("everything is %f of the way", (alpha) => {
    const got = between(from, to, alpha);
    expect([...got.hips]).toEqual([alpha, 1, 2 * alpha]);
    expectRotation(got, 0, 90 * alpha);
    expectRotation(got, 1, 10 - 40 * alpha);
  });

  it("goes on at the same speed past the second", () => {
    const got = between(from, to, 1.5);
    expect([...got.hips]).toEqual([1.5, 1, 3]);
    expectRotation(got, 0, 135);
  });

  it("takes the short way round, whichever sign the quaternions have", () => {
    const negated = turn(20);
    negated.set(-negated.x, -negated.y, -negated.z, -negated.w);
    const got = between(
      pose([0, 0, 0], [turn(0), turn(0)]),
      pose([0, 0, 0], [negated, turn(0)]),
      0.5,
    );
    expectRotation(got, 0, 10);
  });

  it("stays put between equal poses", () => {
    expectRotation(between(to, to, 0.5), 0, 90);
  });
});
