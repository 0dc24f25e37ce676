import { MToonMaterial } from "@pixiv/three-vrm";
import { Mesh, type Object3D } from "three";

/** Shares of lit and of shaded colour that suit a stage of one key light and many others. */
const LIT = 0.6;
const SHADED = 0.1;

/**
 * Fits the toon materials of a VRM to the light of the stage.
 *
 * They are made for a single lamp: each further one adds its full colour, and its shade even to
 * the side that it does not reach, until all is white.
 */
export function dimToon(scene: Object3D): void {
  const materials = new Set<MToonMaterial>();
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    for (const material of [object.material].flat()) {
      if (material instanceof MToonMaterial) materials.add(material);
    }
  });
  for (const material of materials) {
    material.color.multiplyScalar(LIT);
    material.shadeColorFactor.multiplyScalar(SHADED);
  }
}
