import { Quaternion, Vector3 } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import type { RestBone } from "./restBone";
import { restHeights } from "./restHeights";
import type { SolePoint } from "./solePoint";
import { straightenings } from "./straightenings";

/** What a retargeter needs of a pose. */
export interface SourcePose {
  /** World rotations, (x, y, z, w) joint after joint. */
  readonly orientations: Float32Array;
  /** World positions of the joints, metres. */
  readonly positions: Float32Array;
}

/**
 * Carries poses of the canonical skeleton over to an avatar of other proportions and rest pose.
 *
 * Every limb points where the dancer's does. The pelvis is above the same place of the floor, so
 * that light, camera and partners find it; the lower sole is as high above the floor, in leg
 * lengths, as the dancer's, and never sinks in.
 */
export class Retargeter {
  /** For each bone its turn from rest, in world axes. */
  readonly turns: readonly Quaternion[];
  /** World position of the first bone, metres. */
  readonly place = new Vector3();
  /** Leg of the avatar in legs of the dancer. */
  private readonly ratio: number;
  private readonly joints: readonly number[];
  private readonly straightenings: readonly Quaternion[];
  /** Offsets from the bone above, and positions from the first bone. */
  private readonly offsets: readonly Vector3[];
  private readonly positions: readonly Vector3[];
  private readonly legs: readonly [source: number, bone: number][];
  private readonly sourceSoles: readonly SolePoint[];
  private readonly soles: readonly SolePoint[];
  private readonly orientation = new Quaternion();
  private readonly point = new Vector3();

  /** @param bones Parents first; the first is the hips. */
  constructor(
    skeleton: SkeletonDescription,
    private readonly bones: readonly RestBone[],
    soles: readonly SolePoint[],
  ) {
    const names = bones.map(({ joint }) => joint);
    this.turns = bones.map(() => new Quaternion());
    this.positions = bones.map(() => new Vector3());
    this.offsets = bones.map(({ position, parent }) =>
      position.clone().sub(bones[parent]?.position ?? position),
    );
    this.joints = names.map((joint) => skeleton.joints.indexOf(leader(joint, names)));
    this.straightenings = straightenings(bones, skeleton);
    this.legs = ["leftUpperLeg", "rightUpperLeg"].map((joint) => [
      skeleton.joints.indexOf(joint),
      names.indexOf(joint),
    ]);
    this.sourceSoles = sourceSoles(skeleton);
    this.soles = soles.map(({ bone, position }) => ({
      bone,
      position: position.clone().sub(bones[bone]?.position ?? position),
    }));
    const leg = (joint: string) => bones[names.indexOf(joint)]?.position ?? new Vector3();
    this.ratio =
      (leg("leftUpperLeg").distanceTo(leg("leftLowerLeg")) +
        leg("leftLowerLeg").distanceTo(leg("leftFoot"))) /
      (length(skeleton, "leftLowerLeg") + length(skeleton, "leftFoot"));
  }

  /** Takes up a pose: writes `turns` and `place`. */
  update(pose: SourcePose): void {
    this.turnBones(pose.orientations);
    this.positionBones();
    this.placePelvis(pose.positions);
    this.place.y = Math.max(0, this.sourceSoleHeight(pose)) * this.ratio - this.lowestSole();
  }

  private turnBones(orientations: Float32Array): void {
    for (let bone = 0; bone < this.turns.length; bone++) {
      this.turns[bone]
        ?.fromArray(orientations, (this.joints[bone] as number) * 4)
        .multiply(this.straightenings[bone] as Quaternion);
    }
  }

  private positionBones(): void {
    for (let bone = 1; bone < this.bones.length; bone++) {
      const parent = this.bones[bone]?.parent as number;
      this.positions[bone]
        ?.copy(this.offsets[bone] as Vector3)
        .applyQuaternion(this.turns[parent] as Quaternion)
        .add(this.positions[parent] as Vector3);
    }
  }

  /** The pelvis goes where the dancer's is, wherever the bone of the hips sits in it. */
  private placePelvis(positions: Float32Array): void {
    this.place.set(0, 0, 0);
    for (const [source, bone] of this.legs) {
      this.point.fromArray(positions, source * 3).sub(this.positions[bone] as Vector3);
      this.place.addScaledVector(this.point, 1 / this.legs.length);
    }
  }

  /** Height of the dancer's lowest sole above the floor, metres. */
  private sourceSoleHeight({ positions, orientations }: SourcePose): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { bone, position } of this.sourceSoles) {
      this.orientation.fromArray(orientations, bone * 4);
      this.point.copy(position).applyQuaternion(this.orientation);
      lowest = Math.min(lowest, this.point.y + (positions[bone * 3 + 1] as number));
    }
    return lowest;
  }

  /** Height of the avatar's lowest sole above its first bone, metres. */
  private lowestSole(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const { bone, position } of this.soles) {
      this.point.copy(position).applyQuaternion(this.turns[bone] as Quaternion);
      this.point.add(this.positions[bone] as Vector3);
      lowest = Math.min(lowest, this.point.y);
    }
    return lowest;
  }
}

/** A trunk without a chest bends as the chest does, for the arms hang on it. */
function leader(joint: string, names: readonly string[]): string {
  return joint === "spine" && !names.includes("chest") ? "chest" : joint;
}

function length({ joints, rest_offsets: offsets }: SkeletonDescription, joint: string): number {
  return Math.hypot(...(offsets[joints.indexOf(joint)] ?? []));
}

/** Heel, ball and tip of the dancer's feet, as offsets from foot and toes. */
function sourceSoles(skeleton: SkeletonDescription): SolePoint[] {
  const heights = restHeights(skeleton);
  const under = (joint: string, z: number): SolePoint => {
    const bone = skeleton.joints.indexOf(joint);
    return { bone, position: new Vector3(0, -(heights[bone] ?? 0), z) };
  };
  return ["left", "right"].flatMap((side) => [
    under(`${side}Foot`, -0.04),
    under(`${side}Toes`, 0),
    under(`${side}Toes`, 0.05),
  ]);
}
