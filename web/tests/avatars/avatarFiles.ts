import { makeAvatar } from "./makeAvatar";
import { namings } from "./namings";

const ARKIT = ["mouthSmile", "mouthFrownLeft", "mouthFrownRight", "eyeBlinkLeft", "eyeBlinkRight"];

/** Files that dance, as differently made as the tools that people export them from. */
export const avatarFiles: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "one.vrm": makeAvatar({
    vrm: 1,
    rolled: true,
    legs: 0.8,
    morphs: ["mouthSmile"],
    colour: [0.3, 0.6, 0.8, 1],
  }),
  "zero.vrm": makeAvatar({
    vrm: 0,
    facingBack: true,
    size: 0.85,
    morphs: ["mouthSmile"],
    colour: [0.8, 0.4, 0.6, 1],
  }),
  "chibi.vrm": makeAvatar({ vrm: 1, legs: 0.45, arms: 0.7, size: 0.8 }),
  "bare.vrm": makeAvatar({
    vrm: 1,
    without: [
      "chest",
      "upperChest",
      "neck",
      "leftShoulder",
      "rightShoulder",
      "leftToes",
      "rightToes",
    ],
  }),
  "mixamo.glb": makeAvatar({
    nameOf: namings.mixamo,
    armsDown: 50,
    centimetres: true,
    rolled: true,
  }),
  "ready.glb": makeAvatar({
    nameOf: namings["ready player me"],
    armsDown: 40,
    arms: 1.2,
    morphs: ARKIT,
  }),
  "rigify.glb": makeAvatar({
    nameOf: namings.rigify,
    rolled: true,
    midAnimation: true,
    armsDown: 30,
  }),
  "unreal.glb": makeAvatar({ nameOf: namings.unreal, facingBack: true, size: 100, legs: 1.2 }),
};
