import { Bone, Skeleton } from "three";
import type { SkeletonDescription } from "../protocol/messages";

/** Builds three.js bones, in rest and ready to bind, from the skeleton that the server described. */
export function buildSkeleton({ joints, parents, rest_offsets }: SkeletonDescription): Skeleton {
  const bones = joints.map((joint) => {
    const bone = new Bone();
    bone.name = joint;
    return bone;
  });
  bones.forEach((bone, joint) => {
    bone.position.fromArray(rest_offsets[joint] ?? [0, 0, 0]);
    bones[parents[joint] ?? -1]?.add(bone);
  });
  bones[0]?.updateMatrixWorld(true);
  return new Skeleton(bones);
}
