import type { SkeletonDescription } from "../protocol/messages";

/** A point that a stroke goes through: a joint, metres from it on a figure of 1.70 m, and a radius. */
type Anchor = readonly [joint: string, x: number, y: number, z: number, radius: number];

export interface BrushStrokes {
  readonly count: number;
  /** Five of each stroke: offset from the joint and radius, metres. */
  readonly anchors: readonly [number, number, number, number][];
  /** Joints of the anchors. */
  readonly joints: readonly number[];
}

const HIPS_HEIGHT = 0.95;

const MIDDLE: readonly (readonly Anchor[])[] = [
  [
    ["neck", 0, -0.01, 0, 0.04],
    ["chest", 0, 0.13, 0, 0.108],
    ["chest", 0, 0.02, 0, 0.1],
    ["spine", 0, 0, 0, 0.075],
    ["hips", 0, -0.04, 0, 0.085],
  ],
  [
    ["head", 0, 0.16, 0, 0.07],
    ["head", 0, 0.12, 0.004, 0.092],
    ["head", 0, 0.06, 0.014, 0.086],
    ["head", 0, 0.01, 0, 0.05],
    ["neck", 0, 0, 0, 0.04],
  ],
  [
    ["leftUpperArm", 0, 0, 0, 0.036],
    ["leftShoulder", 0.05, 0, 0, 0.042],
    ["chest", 0, 0.18, 0, 0.05],
    ["rightShoulder", -0.05, 0, 0, 0.042],
    ["rightUpperArm", 0, 0, 0, 0.036],
  ],
];

/** Strokes of the left side; the right is its mirror image. */
const SIDE: readonly (readonly Anchor[])[] = [
  [
    ["Shoulder", 0.08, -0.01, 0, 0.04],
    ["UpperArm", 0.03, 0, 0, 0.044],
    ["LowerArm", 0, 0, 0, 0.031],
    ["Hand", 0, 0, 0, 0.022],
    ["Hand", 0.15, -0.01, 0, 0.009],
  ],
  [
    ["hips", 0.05, 0.02, 0, 0.06],
    ["UpperLeg", 0.005, -0.07, 0, 0.078],
    ["LowerLeg", 0, 0, 0, 0.043],
    ["Foot", 0, 0.03, 0, 0.027],
    ["Toes", 0, 0, 0.05, 0.016],
  ],
];

/** Lays brush strokes along the limbs of a skeleton. */
export function brushStrokes({ joints, rest_offsets }: SkeletonDescription): BrushStrokes {
  const scale = (rest_offsets[0]?.[1] ?? HIPS_HEIGHT) / HIPS_HEIGHT;
  const sided = (side: "left" | "right") =>
    SIDE.map((stroke) => stroke.map((anchor) => onSide(anchor, side, joints)));
  const all = [...sided("left"), ...sided("right"), ...MIDDLE].filter((stroke) =>
    stroke.every(([joint]) => joints.includes(joint)),
  );
  return {
    count: all.length,
    anchors: all.flatMap((stroke) =>
      stroke.map(([, x, y, z, r]) => [x * scale, y * scale, z * scale, r * scale] as const),
    ) as [number, number, number, number][],
    joints: all.flatMap((stroke) => stroke.map(([joint]) => joints.indexOf(joint))),
  };
}

function onSide(
  [joint, x, y, z, radius]: Anchor,
  side: "left" | "right",
  joints: readonly string[],
): Anchor {
  const name = joints.includes(joint) ? joint : side + joint;
  return [name, side === "left" ? x : -x, y, z, radius];
}
