import { type VRM, VRMUtils } from "@pixiv/three-vrm";
import { Group, Mesh, type Object3D } from "three";
import type { FigureMotion } from "../looks/figureMotion";
import type { Look } from "../looks/look";
import type { Mood } from "../looks/mood";
import { AvatarFace } from "./avatarFace";
import type { AvatarRig } from "./avatarRig";
import { Blink } from "./blink";
import { MorphFace } from "./morphFace";
import { vrmExpressions } from "./vrmExpressions";
import { worldPosition } from "./worldPosition";

/** A longer pause of the page would shake hair and cloth out of all shape, seconds. */
const LONGEST_STEP = 0.1;
/** Farther in one step is a leap to another place, not a movement, metres. */
const LEAP = 0.5;

/** An avatar that a visitor brought. */
export class AvatarLook implements Look {
  readonly object = new Group();
  readonly room = "dark";
  readonly luminous = false;
  private readonly face: AvatarFace;
  private readonly before;

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
    this.vrm?.update(Math.min(seconds, LONGEST_STEP));
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
    this.vrm?.springBoneManager?.reset();
  }
}
