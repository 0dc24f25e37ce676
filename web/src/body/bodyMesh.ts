import {
  type BufferGeometry,
  type Color,
  Group,
  type MeshStandardMaterial,
  type Skeleton,
  SkinnedMesh,
} from "three";
import type { Pose } from "../motion/interpolatePose";
import type { SkeletonDescription } from "../protocol/messages";
import { bodyMaterial, type HeadPlace } from "./bodyMaterial";
import { figureSurface } from "./bodySurface";
import { buildSkeleton } from "./buildSkeleton";
import { type FigureName, figures } from "./figure";
import { figureScale, restPositions } from "./restPositions";

/** Our own figure, moved by poses. */
export class BodyMesh {
  readonly object = new Group();
  /** Colours to write into: of the costume, and of the light along the outline. */
  readonly costume: Color;
  readonly rim: Color;
  private readonly skeleton: Skeleton;
  private readonly mesh: SkinnedMesh<BufferGeometry, MeshStandardMaterial>;

  /** @param spacing Distance between vertices where there is no detail, metres. */
  constructor(description: SkeletonDescription, spacing: number, figure: FigureName) {
    const { material, costume, rim } = bodyMaterial(figures[figure], headPlace(description));
    this.costume = costume;
    this.rim = rim;
    this.skeleton = buildSkeleton(description);
    this.mesh = new SkinnedMesh(figureSurface(description, spacing, figure), material);
    this.mesh.castShadow = true;
    this.mesh.receiveShadow = true;
    // The bounds of the rest pose say nothing about a dancer.
    this.mesh.frustumCulled = false;
    const root = this.skeleton.bones[0];
    if (root) this.object.add(root);
    this.object.add(this.mesh);
    this.mesh.bind(this.skeleton);
  }

  /** Takes up a pose. */
  pose(pose: Pick<Pose, "hips" | "rotations">): void {
    const bones = this.skeleton.bones;
    bones[0]?.position.fromArray(pose.hips);
    for (let joint = 0; joint < bones.length; joint++) {
      bones[joint]?.quaternion.fromArray(pose.rotations, joint * 4);
    }
  }

  dispose(): void {
    this.mesh.material.dispose();
    this.skeleton.dispose();
  }
}

/** Out of sight where the skeleton has no head. */
function headPlace(skeleton: SkeletonDescription): HeadPlace {
  const rest = restPositions(skeleton);
  const head = rest[skeleton.joints.indexOf("head")];
  return { at: head ?? [0, -100, 0], scale: figureScale(rest) };
}
