import {
  VRMSpringBoneColliderShapeCapsule,
  VRMSpringBoneColliderShapeSphere,
  type VRMSpringBoneManager,
} from "@pixiv/three-vrm";

/** Inner step, seconds: drag is per step, and authors see their hair swing at 60 Hz. */
const STEP = 1 / 60;
/** A longer pause of the page would shake hair and cloth out of all shape, seconds. */
const LONGEST = 0.1;

/** Hair and cloth of a VRM, which swing alike at every rate of the display and at every size. */
export class Springs {
  private left = 0;

  /**
   * @param scale World metres in a metre of the file; three-vrm scales bones, but neither what pulls
   * them nor what they collide with.
   */
  constructor(
    private readonly manager: VRMSpringBoneManager,
    scale: number,
  ) {
    for (const { settings } of manager.joints) {
      settings.stiffness *= scale;
      settings.gravityPower *= scale;
      settings.hitRadius *= scale;
    }
    for (const { shape } of manager.colliders) {
      const round =
        shape instanceof VRMSpringBoneColliderShapeSphere ||
        shape instanceof VRMSpringBoneColliderShapeCapsule;
      if (round) shape.radius *= scale;
    }
  }

  /** Lets them swing for so many seconds. */
  update(seconds: number): void {
    this.left += Math.min(seconds, LONGEST);
    // A step that is due but for a rounding error is made.
    for (; this.left > STEP - 1e-6; this.left -= STEP) this.manager.update(STEP);
  }

  /** They come along instead of lagging behind. */
  reset(): void {
    this.manager.reset();
  }
}
