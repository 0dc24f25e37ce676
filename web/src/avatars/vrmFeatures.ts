import type { VRMExpressionManager } from "@pixiv/three-vrm";
import type { Features } from "./avatarFace";

/** The face of a VRM, whose author said how it shows each expression. */
export function vrmFeatures(expressions: VRMExpressionManager): Features {
  return {
    clear: () => {},
    add: (expression, weight) => expressions.setValue(expression, weight),
  };
}
