import { packGlb } from "./glbWriter";
import { makeAvatar } from "./makeAvatar";

const text = new TextEncoder();
const NOTHING = new Uint8Array(0);

function glb(document: unknown): Uint8Array<ArrayBuffer> {
  return packGlb(JSON.stringify(document), NOTHING);
}

/** A PNG's head that claims a picture of 60,000 × 60,000. */
function bomb(): Uint8Array {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  [0x89504e47, 0x0d0a1a0a, 13, 0x49484452, 60_000, 60_000].forEach((word, at) => {
    view.setUint32(at * 4, word);
  });
  return bytes;
}

const QUADRUPED = { nameOf: (joint: string) => joint.replace(/Arm|Hand/, "Foreleg") };
const sound = makeAvatar();

/** Files that cannot dance, each with words that its sentence must have. */
export const wrongFiles: Readonly<Record<string, readonly [Uint8Array<ArrayBuffer>, RegExp]>> = {
  "holiday.jpg": [text.encode("\xff\xd8\xff\xe0 a picture, not a figure"), /GLB and VRM/],
  "empty.glb": [NOTHING, /GLB and VRM/],
  "dance.fbx": [text.encode("Kaydara FBX Binary  \0\x1a\0"), /FBX.*Blender/],
  "text.gltf": [text.encode('{"asset": {"version": "2.0"}}'), /human skeleton/],
  "parted.gltf": [
    text.encode('{"buffers": [{"uri": "body.bin"}]}'),
    /body\.bin.*single GLB or VRM/,
  ],
  "nonsense.gltf": [text.encode("{not json"), /damaged/],
  "dance.bvh": [text.encode("HIERARCHY\nROOT Hips"), /holds motion/],
  "wide.bvh": [text.encode("\xff\xfeH\0I\0E\0R\0A\0R\0C\0H\0Y\0"), /holds motion/],
  "walk.c3d": [Uint8Array.of(2, 0x50, 4, 0, 0, 0), /holds motion/],
  "walk.npz": [text.encode("PK\x03\x04poses.npy"), /holds motion/],
  "motion.vrma": [glb({ nodes: [{ name: "hips" }] }), /no body to be seen/],
  "cut.glb": [sound.slice(0, sound.length / 2), /damaged/],
  "nonsense.glb": [packGlb("{not json", NOTHING), /damaged/],
  "null.glb": [glb(null), /human skeleton/],
  "numbers.glb": [glb({ nodes: 7, skins: "x", images: { a: 1 } }), /damaged/],
  "circle.glb": [glb({ nodes: [{ children: [1] }, { children: [0] }] }), /damaged/],
  "greedy.glb": [glb({ nodes: [], accessors: [{ count: 1e12 }] }), /memory/],
  "spy.glb": [glb({ nodes: [], images: [{ uri: "https://example.com/i.png" }] }), /other files/],
  "draco.glb": [glb({ extensionsRequired: ["KHR_draco_mesh_compression"] }), /Draco/],
  "bomb.glb": [makeAvatar({ picture: bomb() }), /memory/],
  "fox.glb": [makeAvatar(QUADRUPED), /: left and right lower arm, left and right hand\./],
  "headless.vrm": [makeAvatar({ vrm: 1, without: ["head", "leftFoot"] }), /: head, left foot\./],
};
