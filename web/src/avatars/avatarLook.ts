import { MToonMaterial, type VRM, VRMUtils } from "@pixiv/three-vrm";
import { Box3, Group, Mesh, type Object3D } from "three";
import type { FigureMotion } from "../looks/figureMotion";
import type { Extent, Look } from "../looks/look";
import type { Mood } from "../looks/mood";
import { AvatarFace } from "./avatarFace";
import type { AvatarRig } from "./avatarRig";
import { Blink } from "./blink";
import { MorphFace } from "./morphFace";
import { Springs } from "./springs";
import { vrmExpressions } from "./vrmExpressions";
import { worldPosition } from "./worldPosition";

/** Farther in one step is a leap to another place, not a movement, metres. */
const LEAP = 0.5;

/** An avatar that a visitor brought. */
export class AvatarLook implements Look {
  readonly object = new Group();
  readonly room = "dark";
  readonly luminous = false;
  private readonly face: AvatarFace;
  private readonly before;
  private readonly springs: Springs | null;
  readonly extent: Extent;

  /**
   * @param scene As the rig stood it up.
   * @param nodes Node of each joint.
   * @param vrm What a VRM can do more than other files; null for those.
   */
  constructor(
    private readonly scene: Object3D,
    private readonly nodes: ReadonlyMap<string, Object3D>,
    private readonly rig: AvatarRig,
    private readonly vrm: VRM | null,
  ) {
    const expressions = vrm?.expressionManager;
    const features = expressions ? vrmExpressions(expressions) : new MorphFace(scene);
    this.face = new AvatarFace(features, new Blink(Math.random));
    this.before = rig.retargeter.place.clone();
    const springs = vrm?.springBoneManager;
    this.springs = springs ? new Springs(springs, scene.scale.x) : null;
    this.extent = extentOf(scene);
    scene.traverse((object) => {
      if (!(object instanceof Mesh)) return;
      object.castShadow = true;
      object.receiveShadow = true;
      // The bounds of the rest pose say nothing about a dancer.
      object.frustumCulled = false;
    });
    this.object.add(scene);
  }

  update(motion: FigureMotion, mood: Mood, seconds: number): void {
    const { place } = this.rig.retargeter;
    this.rig.update(motion);
    this.face.update(mood, seconds);
    const leapt = this.before.distanceTo(place) > LEAP;
    this.before.copy(place);
    if (leapt) this.resetSprings();
    this.updateVrm(seconds);
  }

  /** All that a VRM does by itself, as three-vrm's `update` has it, but hair at a rate of its own. */
  private updateVrm(seconds: number): void {
    const { vrm } = this;
    vrm?.lookAt?.update(seconds);
    vrm?.expressionManager?.update();
    vrm?.nodeConstraintManager?.update();
    this.springs?.update(seconds);
    for (const material of vrm?.materials ?? []) {
      if (material instanceof MToonMaterial) material.update(seconds);
    }
  }

  /** It is drawn alike in every tier. */
  setQuality(): void {}

  /** Returns the world position of a joint, metres, or null when the avatar lacks it. */
  jointPosition(joint: string): number[] | null {
    const node = this.nodes.get(joint);
    if (!node) return null;
    node.updateWorldMatrix(true, false);
    return worldPosition(node).toArray();
  }

  dispose(): void {
    this.object.removeFromParent();
    VRMUtils.deepDispose(this.scene);
  }

  /** Hair and cloth come along instead of lagging behind. */
  private resetSprings(): void {
    this.object.updateMatrixWorld(true);
    this.springs?.reset();
  }
}

/** How tall a figure stands and how wide it is in its rest pose, arms stretched or not; metres. */
function extentOf(scene: Object3D): Extent {
  const { min, max } = new Box3().setFromObject(scene);
  return { height: max.y, halfWidth: Math.max(-min.x, max.x) };
}
