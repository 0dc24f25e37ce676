import { Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { buildSkeleton } from "../../src/body/buildSkeleton";
import { FigureMotion } from "../../src/looks/figureMotion";
import { goldenSkeleton } from "../goldenSkeleton";
import { stillPose } from "../stillPose";
import { syntheticDance } from "../syntheticDance";

const FRAME = 1 / 60;
const skeleton = goldenSkeleton();

describe("a figure in motion", () => {
  it("has its joints where three.js has its bones", () => {
    const motion = new FigureMotion(skeleton);
    const pose = stillPose(skeleton);
    const bones = buildSkeleton(skeleton).bones;
    motion.update(pose, syntheticDance(skeleton, 1.3, pose), false, FRAME);
    bones.forEach((bone, joint) => {
      bone.quaternion.fromArray(pose.rotations, joint * 4);
    });
    bones[0]?.position.fromArray(pose.hips);
    bones[0]?.updateMatrixWorld(true);
    bones.forEach((bone, joint) => {
      const place = new Vector3().fromArray(motion.positions, joint * 3);
      expect(place.distanceTo(bone.getWorldPosition(new Vector3()))).toBeLessThan(1e-5);
    });
  });

  it("has the velocity at which it moves, and none when it appears", () => {
    const motion = new FigureMotion(skeleton);
    const pose = stillPose(skeleton);
    pose.hips[0] = 3;
    motion.update(pose, 0, false, FRAME);
    expect(motion.jointSpeed(4)).toBe(0);
    for (let frame = 0; frame < 60; frame++) {
      (pose.hips[0] as number) += 0.5 * FRAME;
      motion.update(pose, 0, false, FRAME);
    }
    expect(motion.velocities[4 * 3]).toBeCloseTo(0.5, 3);
  });

  it("marks a step where a foot lands, once, and lets it age", () => {
    const motion = new FigureMotion(skeleton);
    const pose = stillPose(skeleton);
    const steps = () => Array.from({ length: 8 }, (_, i) => motion.footfalls[i * 4 + 2]);
    for (let frame = 0; frame < 60; frame++) motion.update(pose, 0, false, FRAME);
    expect(Math.min(...(steps() as number[]))).toBeGreaterThan(100);
    for (let frame = 0; frame < 30; frame++) {
      const flickering = frame === 7 ? 0 : 0b0010;
      motion.update(pose, flickering, false, FRAME);
    }
    const fresh = (steps() as number[]).filter((age) => age < 100);
    expect(fresh).toEqual([expect.closeTo(29 * FRAME, 4)]);
  });
});
