type Naming = (joint: string) => string;

const MIXAMO: Readonly<Record<string, string>> = {
  hips: "Hips",
  spine: "Spine",
  chest: "Spine1",
  upperChest: "Spine2",
  neck: "Neck",
  head: "Head",
  Shoulder: "Shoulder",
  UpperArm: "Arm",
  LowerArm: "ForeArm",
  Hand: "Hand",
  UpperLeg: "UpLeg",
  LowerLeg: "Leg",
  Foot: "Foot",
  Toes: "ToeBase",
};
const UNREAL: Readonly<Record<string, string>> = {
  hips: "pelvis",
  spine: "spine_01",
  chest: "spine_02",
  upperChest: "spine_03",
  neck: "neck_01",
  head: "head",
  Shoulder: "clavicle",
  UpperArm: "upperarm",
  LowerArm: "lowerarm",
  Hand: "hand",
  UpperLeg: "thigh",
  LowerLeg: "calf",
  Foot: "foot",
  Toes: "ball",
};
const SMPL: Readonly<Record<string, string>> = {
  hips: "pelvis",
  spine: "spine1",
  chest: "spine2",
  upperChest: "spine3",
  Shoulder: "collar",
  UpperArm: "shoulder",
  LowerArm: "elbow",
  Hand: "wrist",
  UpperLeg: "hip",
  LowerLeg: "knee",
  Foot: "ankle",
  Toes: "foot",
};
const RIGIFY: Readonly<Record<string, string>> = {
  hips: "spine",
  spine: "spine.001",
  chest: "spine.002",
  upperChest: "spine.003",
  neck: "spine.004",
  head: "head",
  Shoulder: "shoulder",
  UpperArm: "upper_arm",
  LowerArm: "forearm",
  Hand: "hand",
  UpperLeg: "thigh",
  LowerLeg: "shin",
  Foot: "foot",
  Toes: "toe",
};

/** How makers of rigs call the bones of the VRM humanoid. */
export const namings = {
  mixamo: spelled(MIXAMO, (word, side) => `mixamorig:${capital(side)}${word}`),
  "mixamo without colon": spelled(MIXAMO, (word, side) => `mixamorig${capital(side)}${word}`),
  "ready player me": spelled(MIXAMO, (word, side) => capital(side) + word),
  unreal: spelled(UNREAL, (word, side) => (side ? `${word}_${side[0]}` : word)),
  rigify: spelled(RIGIFY, (word, side) => `DEF-${word}${side ? `.${capital(side)[0]}` : ""}`),
  vroid: (joint) => {
    const [, side = "", part = joint] = /^(left|right)(.+)$/.exec(joint) ?? [];
    return `J_Bip_${capital(side)[0] ?? "C"}_${capital(part)}`;
  },
  smpl: (joint) => {
    const [, side = "", part = joint] = /^(left|right)(.+)$/.exec(joint) ?? [];
    return side ? `${side}_${SMPL[part]}` : (SMPL[part] ?? part);
  },
  vrm: (joint) => joint,
} satisfies Record<string, Naming>;

function spelled(
  words: Readonly<Record<string, string>>,
  spell: (word: string, side: string) => string,
): Naming {
  return (joint) => {
    const [, side = "", part = joint] = /^(left|right)(.+)$/.exec(joint) ?? [];
    return spell(words[part] ?? part, side);
  };
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
