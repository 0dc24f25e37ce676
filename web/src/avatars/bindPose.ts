import { type Bone, Matrix4, type Object3D, type Skeleton, SkinnedMesh } from "three";

/**
 * Puts bones as they were when the skin was bound to them.
 *
 * Files saved in the middle of an animation hold its pose instead.
 */
export function bindPose(scene: Object3D): void {
  scene.updateMatrixWorld(true);
  const skeletons = new Set<Skeleton>();
  scene.traverse((object) => {
    if (object instanceof SkinnedMesh) skeletons.add(object.skeleton);
  });
  for (const skeleton of skeletons) bind(skeleton);
  scene.updateMatrixWorld(true);
}

function bind({ bones, boneInverses }: Skeleton): void {
  const bound = new Map(bones.map((bone, at) => [bone as Object3D, boneInverses[at]?.clone()]));
  const locals = bones.map((bone) => {
    const above = bone.parent && bound.get(bone.parent);
    const world = bound.get(bone)?.clone().invert();
    if (!world || world.elements.some(Number.isNaN)) return bone.matrix.clone();
    return above ? above.clone().multiply(world) : squared(bone, world);
  });
  bones.forEach((bone, at) => {
    locals[at]?.decompose(bone.position, bone.quaternion, bone.scale);
  });
}

/**
 * The local matrix of a bone at the root, whose place among its surroundings only the file tells.
 *
 * Skins are bound in axes that are turned by right angles at most, so any other turn is animation.
 */
function squared(bone: Bone, bound: Matrix4): Matrix4 {
  const worldFromBound = bone.matrixWorld.clone().multiply(bound.clone().invert());
  const turn = new Matrix4().extractRotation(worldFromBound);
  const square = new Matrix4();
  for (let column = 0; column < 3; column++) {
    const values = turn.elements.slice(column * 4, column * 4 + 3).map(Math.abs);
    const largest = values.indexOf(Math.max(...values));
    for (let row = 0; row < 3; row++) {
      const sign = Math.sign(turn.elements[column * 4 + row] ?? 0);
      square.elements[column * 4 + row] = row === largest ? sign : 0;
    }
  }
  if (Math.abs(square.determinant()) < 0.5) return bone.matrix.clone();
  const corrected = square.multiply(turn.transpose());
  const world = corrected.multiply(bone.matrixWorld.clone().setPosition(0, 0, 0));
  const parent = bone.parent?.matrixWorld.clone().setPosition(0, 0, 0) ?? new Matrix4();
  return parent.invert().multiply(world).setPosition(bone.position);
}
