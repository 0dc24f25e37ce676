import { Quaternion } from "three";
import { expect, it } from "vitest";
import { Placement } from "../../src/show/placement";

const JOINTS = ["hips", "leftHand", "rightHand"];
const TURNED = new Quaternion(0.1, 0.2, 0.3, 0.9).normalize().toArray();
const LIFTED = new Quaternion(0, 0, 0.5, 0.8).normalize().toArray();
const performer = {
  hips: new Float32Array([0.4, 0.95, -0.2]),
  rotations: new Float32Array([...TURNED, ...LIFTED, 0, 0, 0, 1]),
};
const partner = { hips: new Float32Array([2, 0.9, 1]), rotations: performer.rotations };

it("shows the performer where they are, or in the partner's place", () => {
  expect(new Placement("alone", JOINTS).place(performer, partner, 0, "continue")).toBe(performer);
  const { hips } = new Placement("merged", JOINTS).place(performer, partner, 0, "continue");
  expect([...hips]).toEqual([2, performer.hips[1], 1]);
});

it.each(["beside", "facing", "mirror"] as const)("keeps who is %s near the partner", (name) => {
  const placement = new Placement(name, JOINTS);
  const start = [...placement.place(performer, partner, 0, "continue").hips] as [
    number,
    number,
    number,
  ];
  expect(Math.hypot(start[0] - 2, start[2] - 1)).toBeGreaterThan(0.8);
  expect(Math.hypot(start[0] - 2, start[2] - 1)).toBeLessThan(1.5);
  const gone = { ...partner, hips: new Float32Array([-1, 0.9, 0]) };
  const soon = placement.place(performer, gone, 1 / 60, "continue").hips[0] as number;
  expect(Math.abs(soon - start[0])).toBeLessThan(0.1);
  for (let i = 0; i < 600; i++) placement.place(performer, gone, 1 / 60, "continue");
  expect((placement.hips[0] as number) - start[0]).toBeCloseTo(-3, 2);
});

it("mirrors left and right, and turns who faces the partner around", () => {
  const mirrored = new Placement("mirror", JOINTS).place(
    performer,
    partner,
    0,
    "continue",
  ).rotations;
  const [x, y, z, w] = LIFTED as [number, number, number, number];
  [x, -y, -z, w].forEach((value, i) => {
    expect(mirrored[8 + i]).toBeCloseTo(value);
  });
  const facing = new Placement("facing", JOINTS).place(performer, partner, 0, "continue").rotations;
  const before = new Quaternion().fromArray(TURNED);
  expect(new Quaternion().fromArray(facing).angleTo(before)).toBeCloseTo(Math.PI);
});

it.each(["beside", "facing", "mirror"] as const)(
  "shows who was %s where they are in a duet",
  (name) => {
    const placement = new Placement(name, JOINTS);
    placement.place(performer, partner, 0, "continue");
    for (let i = 0; i < 600; i++) placement.place(performer, partner, 1 / 60, "duet");
    const { hips, rotations } = placement.place(performer, partner, 1 / 60, "duet");
    [...performer.hips].forEach((at, i) => {
      expect(hips[i]).toBeCloseTo(at, 3);
    });
    expect([...rotations]).toEqual([...performer.rotations]);
    const { hips: merged } = new Placement("merged", JOINTS).place(performer, partner, 0, "duet");
    expect(merged[0]).toBe(2);
  },
);
