import { expect, it } from "vitest";
import { humanoidNodes } from "../../src/avatars/humanoidNodes";
import { jointOfName } from "../../src/avatars/jointOfName";
import { parseGlb } from "../../src/avatars/parseGlb";
import { goldenJson } from "../golden";
import { makeAvatar } from "./makeAvatar";
import { namings } from "./namings";

const SCHEMES = goldenJson<Record<string, Record<string, string>>>("names/joint-names");

it.each(Object.entries(SCHEMES))("reads the scheme of %s as Python does", (_, names) => {
  const document = parseGlb(makeAvatar({ nameOf: (joint) => names[joint] ?? joint }).buffer, "it");
  const found = humanoidNodes(document, "it");
  const nodes = (document.nodes ?? []).map(({ name = "" }) => name);
  for (const [joint, name] of Object.entries(names)) {
    // The trunk between is told by where it lies, not by its names.
    if (!["spine", "chest"].includes(joint))
      expect(nodes[found.get(joint) ?? -1], joint).toBe(name);
  }
});

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
