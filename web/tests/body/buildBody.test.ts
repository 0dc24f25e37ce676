import { Box3, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { bodyDistance } from "../../src/body/bodyDistance";
import { bodyParts } from "../../src/body/bodyParts";
import { isInBox } from "../../src/body/box";
import { buildBody } from "../../src/body/buildBody";
import { figures } from "../../src/body/figure";
import type { Hello, ServerMessage } from "../../src/protocol/messages";
import { goldenJson } from "../golden";

const { server } = goldenJson<{ server: ServerMessage[] }>("messages");
const { skeleton } = server.find((message) => message.type === "hello") as Hello;
const plan = bodyParts(skeleton, figures.dancer);
const { limbs } = plan;
const body = buildBody(plan, 0.02);
const positions = body.getAttribute("position");
const index = body.getIndex();

function vertex(at: number): Vector3 {
  return new Vector3().fromBufferAttribute(positions, at);
}

describe("the body", () => {
  it("is a person's size and stands on the floor", () => {
    const box = new Box3().setFromBufferAttribute(positions as never);
    expect(box.min.y).toBeCloseTo(0, 1);
    expect(box.max.y).toBeGreaterThan(1.65);
    expect(box.max.y).toBeLessThan(1.85);
    expect(Math.abs(box.max.x + box.min.x)).toBeLessThan(0.02);
  });

  it("is closed where it has no details: every edge has two triangles, opposite ways", () => {
    const index = buildBody({ limbs, details: [] }, 0.02).getIndex();
    const edges = new Set<string>();
    for (let at = 0; at < (index?.count ?? 0); at += 3) {
      const corners = [0, 1, 2].map((corner) => index?.getX(at + corner));
      corners.forEach((corner, i) => {
        edges.add(`${corner}-${corners[(i + 1) % 3]}`);
      });
    }
    const open = [...edges].filter((edge) => !edges.has(edge.split("-").reverse().join("-")));
    expect(open).toEqual([]);
  });

  it("shows no gap around details: open edges lie on another part of the surface", () => {
    const count = new Map<string, number>();
    for (let at = 0; at < (index?.count ?? 0); at += 3) {
      const corners = [0, 1, 2].map((corner) => index?.getX(at + corner) ?? 0);
      corners.forEach((corner, i) => {
        const edge = [corner, corners[(i + 1) % 3] ?? 0].sort((a, b) => a - b).join("-");
        count.set(edge, (count.get(edge) ?? 0) + 1);
      });
    }
    const open = [...count].filter(([, times]) => times === 1).map(([edge]) => edge.split("-"));
    expect(open.length).toBeGreaterThan(0);
    const inside = open.map(([corner]) => {
      const point = vertex(Number(corner)).toArray();
      return plan.details.some((box) => isInBox(box, point, -0.02 / 3));
    });
    expect(inside).not.toContain(false);
  });

  it("has its vertices on the surface and its triangles facing out", () => {
    const distances = Array.from({ length: positions.count }, (_, at) =>
      Math.abs(bodyDistance(limbs, ...vertex(at).toArray())),
    );
    expect(Math.max(...distances)).toBeLessThan(0.01);
    const normals = body.getAttribute("normal");
    let facing = 0;
    for (let at = 0; at < (index?.count ?? 0); at += 3) {
      const [a, b, c] = [0, 1, 2].map((corner) => vertex(index?.getX(at + corner) ?? 0));
      if (!a || !b || !c) continue;
      const flat = b.clone().sub(a).cross(c.clone().sub(a));
      const normal = new Vector3().fromBufferAttribute(normals, index?.getX(at) ?? 0);
      if (flat.dot(normal) > 0) facing++;
    }
    expect(facing / ((index?.count ?? 0) / 3)).toBeGreaterThan(0.98);
  });

  it("hangs on the joints: weights sum to 1, and no side pulls at the other", () => {
    const joints = body.getAttribute("skinIndex");
    const weights = body.getAttribute("skinWeight");
    const wrong: string[] = [];
    for (let at = 0; at < positions.count; at++) {
      const slots = [0, 1, 2, 3].map((slot) => ({
        joint: skeleton.joints[joints.getComponent(at, slot)] ?? "",
        weight: weights.getComponent(at, slot),
      }));
      const sum = slots.reduce((total, { weight }) => total + weight, 0);
      if (Math.abs(sum - 1) > 1e-5) wrong.push(`vertex ${at} has ${sum}`);
      const [x = 0] = vertex(at);
      // Across the breastbone both shoulders may pull; beside it no arm or leg of the other side.
      const other = x > 0.06 ? /^right(?!Shoulder)/ : x < -0.06 ? /^left(?!Shoulder)/ : /^$/;
      const pulling = slots.filter(({ joint, weight }) => weight > 0.02 && other.test(joint));
      wrong.push(...pulling.map(({ joint }) => `${joint} pulls at vertex ${at}, x ${x}`));
    }
    expect(wrong).toEqual([]);
  });
});

it("leaves out the parts of joints that a skeleton lacks", () => {
  const torso = {
    joints: ["hips", "spine"],
    parents: [-1, 0],
    rest_offsets: [
      [0, 1, 0],
      [0, 0.1, 0],
    ],
  };
  const { limbs: parts } = bodyParts(torso as never, figures.dancer);
  expect(parts.length).toBeGreaterThan(0);
  expect(parts.length).toBeLessThan(limbs.length);
  expect(parts.every((limb) => limb.joint < 2)).toBe(true);
});
