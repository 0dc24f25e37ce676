import { type Matrix4, type Object3D, Quaternion, Vector3 } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import { findSoles } from "./findSoles";
import type { RestBone } from "./restBone";
import { Retargeter, type SourcePose } from "./retargeter";
import { standUpright } from "./standUpright";
import { worldPosition } from "./worldPosition";

/** The bones of an avatar, moved by poses of the canonical skeleton. */
export class AvatarRig {
  readonly retargeter: Retargeter;
  private readonly nodes: readonly Object3D[];
  private readonly bones: readonly RestBone[];
  /** World rotations in rest: of each node, and the inverse of its parent's. */
  private readonly rest: readonly Quaternion[];
  private readonly parentFromWorldRest: readonly Quaternion[];
  /** Inverse of the world matrix of the hips' parent in rest. */
  private readonly parentFromWorld: Matrix4;
  private readonly turnedBack = new Quaternion();

  /**
   * @param scene In its rest pose; it is turned, scaled and stood on the floor.
   * @param nodes Node of each joint; the first is the hips, and parents come before children.
   */
  constructor(
    scene: Object3D,
    nodes: ReadonlyMap<string, Object3D>,
    skeleton: SkeletonDescription,
  ) {
    standUpright(scene, nodes, skeleton);
    this.nodes = [...nodes.values()];
    this.bones = [...nodes].map(([joint, node]) => ({
      joint,
      parent: this.nearest(node.parent),
      position: worldPosition(node),
    }));
    const places = this.bones.flatMap(({ position }) => position.toArray());
    if (!places.every(Number.isFinite)) throw new Error("expected bones at finite places");
    this.retargeter = new Retargeter(skeleton, this.bones, findSoles(scene, nodes));
    this.rest = this.nodes.map(worldRotation);
    this.parentFromWorldRest = this.nodes.map(({ parent }) => worldRotation(parent).invert());
    this.parentFromWorld = (this.nodes[0]?.parent ?? scene).matrixWorld.clone().invert();
  }

  /** Takes up a pose. Allocates nothing. */
  update(pose: SourcePose): void {
    this.retargeter.update(pose);
    const { turns, place } = this.retargeter;
    this.nodes[0]?.position.copy(place).applyMatrix4(this.parentFromWorld);
    for (let at = 0; at < this.nodes.length; at++) {
      const { quaternion } = this.nodes[at] as Object3D;
      const above = turns[(this.bones[at] as RestBone).parent];
      quaternion.copy(this.parentFromWorldRest[at] as Quaternion);
      if (above) quaternion.multiply(this.turnedBack.copy(above).conjugate());
      quaternion.multiply(turns[at] as Quaternion).multiply(this.rest[at] as Quaternion);
    }
  }

  /** Index of an object or of its nearest ancestor among the bones; -1 without one. */
  private nearest(object: Object3D | null): number {
    if (object === null) return -1;
    const found = this.nodes.indexOf(object);
    return found < 0 ? this.nearest(object.parent) : found;
  }
}

function worldRotation(object: Object3D | null): Quaternion {
  const rotation = new Quaternion();
  object?.matrixWorld.decompose(new Vector3(), rotation, new Vector3());
  return rotation;
}
