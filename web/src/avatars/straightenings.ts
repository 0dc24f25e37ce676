import { Quaternion, Vector3 } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import type { RestBone } from "./restBone";

/** Bones that are straightened, each towards the next; the trunk rests as it was made. */
const NEXT: Readonly<Record<string, string>> = {
  UpperArm: "LowerArm",
  LowerArm: "Hand",
  UpperLeg: "LowerLeg",
  LowerLeg: "Foot",
};
/** These go along with the bone above them. */
const FOLLOWING = ["LowerArm", "Hand", "LowerLeg", "Toes"];
const UP = new Vector3(0, 1, 0);

/**
 * Tells how each bone turns from an avatar's rest pose to the canonical T-pose, in world axes.
 *
 * Arms and legs are straightened joint by joint by the shortest turn, so that nothing twists.
 * Feet stay flat and point forward.
 */
export function straightenings(
  bones: readonly RestBone[],
  skeleton: SkeletonDescription,
): Quaternion[] {
  const turns: Quaternion[] = [];
  const way = (from: RestBone, joint: string) => {
    const to = bones.find((bone) => bone.joint === joint);
    return to ? to.position.clone().sub(from.position) : null;
  };
  for (const bone of bones) {
    const [, side = "", part = ""] = /^(left|right)(.+)$/.exec(bone.joint) ?? [];
    const turn = new Quaternion();
    const above = turns[bone.parent];
    if (above && FOLLOWING.includes(part)) turn.copy(above);
    const next = `${side}${NEXT[part] ?? ""}`;
    const limb = way(bone, next);
    if (limb) turn.premultiply(turnBetween(limb.applyQuaternion(turn), offset(skeleton, next)));
    const sole = part === "Foot" ? way(bone, `${side}Toes`) : null;
    if (sole) turn.setFromAxisAngle(UP, -Math.atan2(sole.x, sole.z));
    turns.push(turn);
  }
  return turns;
}

function turnBetween(from: Vector3, to: Vector3): Quaternion {
  return new Quaternion().setFromUnitVectors(from.normalize(), to.normalize());
}

function offset({ joints, rest_offsets: offsets }: SkeletonDescription, joint: string): Vector3 {
  return new Vector3(...(offsets[joints.indexOf(joint)] ?? [0, 0, 0]));
}
