import { MathUtils, Matrix4, type Object3D, Vector3 } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import { restHeights } from "./restHeights";
import { worldPosition } from "./worldPosition";

/** Heights of the head joint above the feet that fit the stage, in those of the partner. */
const SHORTEST = 0.8;
const TALLEST = 1.02;

/**
 * Turns a figure in its rest pose to stand upright and face +Z, as its own limbs tell.
 *
 * Files face either way, some lie on their back, and units differ. The figure gets legs as long as
 * the partner's, so that its steps are as wide and its feet do not slide, unless its proportions
 * would then make it a giant or a dwarf.
 *
 * @param scene Without a parent; its turn and scale are set.
 */
export function standUpright(
  scene: Object3D,
  nodes: ReadonlyMap<string, Object3D>,
  skeleton: SkeletonDescription,
): void {
  scene.updateMatrixWorld(true);
  const at = (joint: string) => worldPosition(nodes.get(joint) ?? scene);
  const across = at("leftUpperLeg").sub(at("rightUpperLeg"));
  across.add(at("leftUpperArm")).sub(at("rightUpperArm"));
  const feet = at("leftFoot").add(at("rightFoot")).multiplyScalar(0.5);
  const height = at("head").sub(feet);
  const up = nearestAxis(height);
  across.addScaledVector(up, -across.dot(up)).normalize();
  const ahead = new Vector3().crossVectors(across, up);
  const turn = new Matrix4().makeBasis(across, up, ahead).transpose();
  const thigh = at("leftUpperLeg").distanceTo(at("leftLowerLeg"));
  const shin = at("leftLowerLeg").distanceTo(at("leftFoot"));
  const partner = sizes(skeleton);
  const share = height.length() / partner.height;
  const fitting = partner.leg / (thigh + shin);
  const scale = MathUtils.clamp(fitting, SHORTEST / share, TALLEST / share);
  scene.applyMatrix4(turn.scale(new Vector3(scale, scale, scale)));
  scene.updateMatrixWorld(true);
}

function nearestAxis(direction: Vector3): Vector3 {
  const lengths = direction.toArray().map(Math.abs);
  const axis = lengths.indexOf(Math.max(...lengths));
  return new Vector3().setComponent(axis, Math.sign(direction.getComponent(axis)));
}

/** Leg, and height of the head joint above the foot joints, of the partner at rest; metres. */
function sizes(skeleton: SkeletonDescription): { leg: number; height: number } {
  const heights = restHeights(skeleton);
  const [head = 0, hip = 0, foot = 0] = ["head", "leftUpperLeg", "leftFoot"].map(
    (joint) => heights[skeleton.joints.indexOf(joint)],
  );
  return { leg: hip - foot, height: head - foot };
}
