import { expect, it } from "vitest";
import { humanoidNodes } from "../../src/avatars/humanoidNodes";
import { jointOfName } from "../../src/avatars/jointOfName";
import { parseGlb } from "../../src/avatars/parseGlb";
import { makeAvatar } from "./makeAvatar";
import { namings } from "./namings";

it.each(Object.entries(namings))("finds every joint in the names of %s", (_, nameOf) => {
  const document = parseGlb(makeAvatar({ nameOf }).buffer, "avatar");
  const found = humanoidNodes(document, "avatar");
  const wanted = new Map(
    (document.nodes ?? []).map(({ name = "" }, node) => [name, node] as const),
  );
  for (const joint of ["hips", "spine", "neck", "head", "leftShoulder", "rightToes"]) {
    expect(found.get(joint), joint).toBe(wanted.get(nameOf(joint)));
  }
  for (const part of ["UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot"]) {
    for (const side of ["left", "right"]) {
      const joint = side + part;
      expect(found.get(joint), joint).toBe(wanted.get(nameOf(joint)));
    }
  }
});

it.each([
  ["Bip001 L UpperArm", "leftUpperArm"],
  ["CC_Base_R_Thigh", "rightUpperLeg"],
  ["lShldrBend", "leftUpperArm"],
  ["mixamorig7:RightForeArm", "rightLowerArm"],
  ["mixamorig:LeftHand_012", "leftHand"],
  ["Armature|LeftUpLeg", "leftUpperLeg"],
  ["ValveBiped.Bip01_R_Calf", "rightLowerLeg"],
  ["rightlowerleg", "rightLowerLeg"],
])("reads %s as %s", (name, joint) => {
  expect([...jointOfName([name]).keys()]).toEqual([joint]);
});

it.each(["HeadTop_End", "LeftHandIndex1", "upperarm_twist_01_l", "ik_foot_r", "J_Sec_L_Bust1"])(
  "takes %s for no joint",
  (name) => {
    expect(jointOfName([name]).size).toBe(0);
  },
);
