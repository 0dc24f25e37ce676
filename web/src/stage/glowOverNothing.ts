import {
  AdditiveBlending,
  CustomBlending,
  Material,
  Mesh,
  type Object3D,
  OneFactor,
  Points,
  SrcAlphaFactor,
  ZeroFactor,
} from "three";

/** Lets what glows add its light to whatever a video mixer puts behind, rather than cover it. */
export function glowOverNothing(root: Object3D): void {
  root.traverse((object) => {
    if (!(object instanceof Mesh || object instanceof Points)) return;
    for (const material of [object.material].flat()) {
      if (!(material instanceof Material) || material.blending !== AdditiveBlending) continue;
      material.blending = CustomBlending;
      material.blendSrc = material.premultipliedAlpha ? OneFactor : SrcAlphaFactor;
      material.blendDst = OneFactor;
      material.blendSrcAlpha = ZeroFactor;
      material.blendDstAlpha = OneFactor;
    }
  });
}
