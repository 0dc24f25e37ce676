import type { VRMExpressionManager } from "@pixiv/three-vrm";
import type { ExpressionTarget } from "./avatarFace";

/** The face of a VRM, whose author said how it shows each expression. */
export function vrmExpressions(expressions: VRMExpressionManager): ExpressionTarget {
  return {
    clear: () => {},
    add: (expression, weight) => expressions.setValue(expression, weight),
  };
}
