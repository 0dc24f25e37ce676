import { type Object3D, Vector3 } from "three";

/** Where an object is, by its world matrix as last computed. */
export function worldPosition(object: Object3D): Vector3 {
  return new Vector3().setFromMatrixPosition(object.matrixWorld);
}
