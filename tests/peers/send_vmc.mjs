// A figure as another program sends it: by osc-js, whose messages hold `i` for every whole number.
//   node send_vmc.mjs FOLDER           writes the packets to stdout, each behind its length (u32)
//   node send_vmc.mjs FOLDER PORT      sends them to this machine, 60 a second, over and over
// FOLDER holds node_modules with osc-js.
import { createSocket } from "node:dgram";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [folder, port] = process.argv.slice(2);
const OSC = createRequire(resolve(folder, "package.json"))("osc-js");

const TURN = Math.SQRT1_2; // a quarter turn is (TURN about its axis, TURN)
const STILL = [0, 0, 0, 1];

/** Bones of a figure of 2 m legs: Unity's space, its left at -X, forward +Z. */
const REST = {
  Hips: [0, 2.25, 0], Spine: [0, 0.25, 0], Chest: [0, 0.25, 0], UpperChest: [0, 0.25, 0],
  Neck: [0, 0.5, 0], Head: [0, 0.25, 0],
  LeftShoulder: [-0.1, 0.25, 0], LeftUpperArm: [-0.2, 0, 0], LeftLowerArm: [-0.5, 0, 0], LeftHand: [-0.5, 0, 0],
  RightShoulder: [0.1, 0.25, 0], RightUpperArm: [0.2, 0, 0], RightLowerArm: [0.5, 0, 0], RightHand: [0.5, 0, 0],
  LeftUpperLeg: [-0.2, 0, 0], LeftLowerLeg: [0, -1, 0], LeftFoot: [0, -1, 0], LeftToes: [0, 0, 0.25],
  RightUpperLeg: [0.2, 0, 0], RightLowerLeg: [0, -1, 0], RightFoot: [0, -1, 0], RightToes: [0, 0, 0.25],
  LeftIndexProximal: [-0.1, 0, 0], LeftEye: [-0.05, 0.1, 0.1],
};

/** What differs from rest in each frame. */
const FRAMES = [
  {},
  { turned: { LeftUpperArm: [0, 0, -TURN, TURN] } }, // the left arm straight up
  { hips: [-1, 2.25, 0] }, // a step of a metre to the left
  { turned: { Hips: [0, -TURN, 0, TURN] } }, // turned to the left
  { root: [0, 0, 1, 0, 1, 0, 0] }, // the root a metre ahead, half turned
  { turned: { UpperChest: [TURN, 0, 0, TURN] } }, // bent forward above the chest
  { hips: [0, 3.25, 0] }, // a jump, half a leg high
];

function packet({ hips, turned = {}, root }, number) {
  const bones = Object.entries({ ...REST, ...(hips && { Hips: hips }) }).map(
    ([name, at]) => new OSC.Message("/VMC/Ext/Bone/Pos", name, ...at, ...(turned[name] ?? STILL)),
  );
  return new OSC.Bundle([
    new OSC.Message("/VMC/Ext/OK", 1),
    new OSC.Message("/VMC/Ext/T", number / 4),
    new OSC.Message("/VMC/Ext/Root/Pos", "root", ...(root ?? [0, 0, 0, ...STILL])),
    ...bones,
    new OSC.Message("/VMC/Ext/Blend/Val", "Joy", 1),
    new OSC.Message("/VMC/Ext/Blend/Apply"),
  ]).pack();
}

if (port === undefined) {
  for (const [number, frame] of FRAMES.entries()) {
    const data = Buffer.from(packet(frame, number));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    process.stdout.write(Buffer.concat([length, data]));
  }
} else {
  const socket = createSocket("udp4");
  let sent = 0;
  setInterval(() => {
    const number = sent++;
    socket.send(Buffer.from(packet(FRAMES[number % FRAMES.length], number)), Number(port), "127.0.0.1");
  }, 1000 / 60);
}
