import { Euler, MathUtils, Matrix4, Quaternion, Vector3 } from "three";
import { GlbWriter } from "./glbWriter";
import { modelBody } from "./modelBody";

/** A bone of an avatar in rest, in world axes. */
export interface AvatarBone {
  readonly joint: string;
  /** Joint of the bone above; empty for the first. */
  readonly parent: string;
  readonly position: Vector3;
  readonly rotation: Quaternion;
}

export interface AvatarOptions {
  /** What a bone is called, by its joint of the VRM humanoid. */
  readonly nameOf?: (joint: string) => string;
  /** Degrees that the arms hang below the horizontal in rest. */
  readonly armsDown?: number;
  /** Joints that the avatar lacks. */
  readonly without?: readonly string[];
  /** Whether bones rest at odd rotations, as modellers leave them. */
  readonly rolled?: boolean;
  readonly facingBack?: boolean;
  /** Whether the bones are in centimetres with Z up, in an armature that makes up for it. */
  readonly centimetres?: boolean;
  /** Whether the file was saved in the middle of an animation. */
  readonly midAnimation?: boolean;
  /** Lengths, in those of the partner. */
  readonly legs?: number;
  readonly arms?: number;
  readonly size?: number;
  /** Which VRM it is; 0 and 1 have springs in the hair. */
  readonly vrm?: 0 | 1;
  readonly morphs?: readonly string[];
  /** Bytes of a picture for its skin, whatever they are. */
  readonly picture?: Uint8Array;
  readonly colour?: readonly number[];
}

const HAIR = ["hair1", "hair2", "hair3", "hair4"];
const SIDE: readonly (readonly [string, string, number, number, number])[] = [
  ["Shoulder", "upperChest", 0.04, 0.1, 0],
  ["UpperArm", "Shoulder", 0.13, 0, 0],
  ["LowerArm", "UpperArm", 0.28, 0, 0],
  ["Hand", "LowerArm", 0.25, 0, 0],
  ["UpperLeg", "hips", 0.09, -0.06, 0],
  ["LowerLeg", "UpperLeg", 0.01, -0.41, 0.005],
  ["Foot", "LowerLeg", 0.01, -0.4, -0.01],
  ["Toes", "Foot", 0.025, -0.07, 0.13],
];

/** Makes a figure with skin on bones, of the kind that makers of avatars export. */
export function makeAvatar(options: AvatarOptions = {}): Uint8Array<ArrayBuffer> {
  const bones = restBones(options);
  const writer = new GlbWriter();
  const armature = armatureMatrix(options);
  const worlds = bones.map(({ position, rotation }) =>
    new Matrix4().compose(position, rotation, new Vector3().setFromMatrixScale(armature)),
  );
  const inverses = worlds.map((world) => world.clone().invert());
  if (options.midAnimation) bend(bones, worlds);
  const index = (joint: string) => bones.findIndex((bone) => bone.joint === joint);
  const nodes = bones.map((bone, at) => ({
    name: options.nameOf?.(bone.joint) ?? bone.joint,
    ...transform((worlds[index(bone.parent)] ?? armature).clone().invert(), worlds[at]),
    ...children(bones.flatMap(({ parent }, child) => (parent === bone.joint ? [child] : []))),
  }));
  const { primitives, morphs } = modelBody(bones, writer, options.morphs ?? []);
  return writer.pack({
    scene: 0,
    scenes: [{ nodes: [bones.length, bones.length + 1] }],
    nodes: [
      ...nodes,
      { name: "Armature", ...transform(new Matrix4(), armature), children: [0] },
      { name: "Body", mesh: 0, skin: 0 },
    ],
    skins: [
      {
        joints: [...bones.keys()],
        inverseBindMatrices: writer.accessor(
          "MAT4",
          Float32Array.from(inverses.flatMap(({ elements }) => elements)),
        ),
      },
    ],
    meshes: [{ primitives, ...(morphs.length > 0 ? { extras: { targetNames: morphs } } : {}) }],
    ...materials(writer, options),
    ...vrmExtensions(bones, options, index, morphs),
  });
}

function restBones(options: AvatarOptions): AvatarBone[] {
  const { legs = 1, arms = 1, size = 1, without = [] } = options;
  const height = 0.06 + 0.81 * legs + 0.09;
  const layout: [string, string, Vector3][] = [
    ["hips", "", new Vector3(0, height, 0)],
    ["spine", "hips", new Vector3(0, 0.1, -0.01)],
    ["chest", "spine", new Vector3(0, 0.12, -0.005)],
    ["upperChest", "chest", new Vector3(0, 0.1, 0.005)],
    ["neck", "upperChest", new Vector3(0, 0.15, 0)],
    ["head", "neck", new Vector3(0, 0.09, 0.02)],
    ...HAIR.map((joint, at): [string, string, Vector3] => [
      joint,
      HAIR[at - 1] ?? "head",
      at === 0 ? new Vector3(0, 0.15, -0.09) : new Vector3(0, -0.1, -0.02),
    ]),
  ];
  for (const [side, sign] of [["left", 1] as const, ["right", -1] as const]) {
    for (const [part, above, x, y, z] of SIDE) {
      const owner = /^[A-Z]/.test(above) ? side + above : above;
      const offset = new Vector3(sign * x, y, z);
      if (/LowerArm|Hand/.test(part)) {
        const down = MathUtils.degToRad((options.armsDown ?? 0) * (part === "Hand" ? 1.15 : 1));
        offset.multiplyScalar(arms).applyEuler(new Euler(0, 0, -sign * down));
      }
      if (/LowerLeg|Foot/.test(part)) offset.multiplyScalar(legs);
      layout.push([side + part, owner, offset]);
    }
  }
  return place(layout, options, size).filter(({ joint }) => !without.includes(joint));
}

function place(
  layout: readonly [string, string, Vector3][],
  { facingBack, rolled, without = [] }: AvatarOptions,
  size: number,
): AvatarBone[] {
  const turn = new Quaternion().setFromEuler(new Euler(0, facingBack ? Math.PI : 0, 0));
  const positions = new Map<string, Vector3>();
  const parents = new Map<string, string>();
  return layout.map(([joint, parent, offset], at) => {
    const position = offset.clone().multiplyScalar(size).applyQuaternion(turn);
    position.add(positions.get(parent) ?? new Vector3());
    positions.set(joint, position);
    const present = without.includes(parent) ? (parents.get(parent) ?? "") : parent;
    parents.set(joint, present);
    const roll = new Euler(at * 1.3, at * 2.1, at * 0.7);
    const rotation = rolled ? new Quaternion().setFromEuler(roll) : new Quaternion();
    return { joint, parent: present, position, rotation: rotation.premultiply(turn) };
  });
}

function armatureMatrix({ centimetres }: AvatarOptions): Matrix4 {
  if (!centimetres) return new Matrix4();
  return new Matrix4().makeRotationX(-Math.PI / 2).scale(new Vector3(0.01, 0.01, 0.01));
}

/** Leans and twists the whole figure, and raises an arm, as in a frame of a dance. */
function bend(bones: readonly AvatarBone[], worlds: Matrix4[]): void {
  const moves = { hips: [0.2, 0.3, 0.1], spine: [0.3, 0, 0], leftUpperArm: [0, 0.2, 1.2] };
  for (const [joint, angles] of Object.entries(moves)) {
    const pivot = worlds[bones.findIndex((bone) => bone.joint === joint)]?.clone();
    const [x = 0, y = 0, z = 0] = pivot?.elements.slice(12) ?? [];
    const move = new Matrix4()
      .makeTranslation(x, y, z)
      .multiply(
        new Matrix4().makeRotationFromEuler(new Euler(...(angles as [number, number, number]))),
      )
      .multiply(new Matrix4().makeTranslation(-x, -y, -z));
    bones.forEach((bone, at) => {
      if (descends(bones, bone, joint)) worlds[at]?.premultiply(move);
    });
  }
}

function descends(bones: readonly AvatarBone[], bone: AvatarBone, joint: string): boolean {
  if (bone.joint === joint) return true;
  const above = bones.find((other) => other.joint === bone.parent);
  return above !== undefined && descends(bones, above, joint);
}

function transform(parentFromWorld: Matrix4, world: Matrix4 | undefined) {
  const translation = new Vector3();
  const rotation = new Quaternion();
  const scale = new Vector3();
  parentFromWorld.multiply(world ?? new Matrix4()).decompose(translation, rotation, scale);
  return {
    translation: translation.toArray(),
    rotation: rotation.toArray(),
    scale: scale.toArray(),
  };
}

function children(indices: readonly number[]) {
  return indices.length > 0 ? { children: indices } : {};
}

function materials(writer: GlbWriter, options: AvatarOptions) {
  const { picture, vrm, colour = [0.75, 0.55, 0.4, 1] } = options;
  const toon = { specVersion: "1.0", shadeColorFactor: [0.3, 0.25, 0.3], shadingToonyFactor: 0.9 };
  const skin = {
    ...(vrm === 1 ? { extensions: { VRMC_materials_mtoon: toon } } : {}),
    pbrMetallicRoughness: {
      baseColorFactor: colour,
      metallicFactor: 0,
      roughnessFactor: 0.6,
      ...(picture ? { baseColorTexture: { index: 0 } } : {}),
    },
  };
  const dark = {
    pbrMetallicRoughness: { baseColorFactor: [0.05, 0.03, 0.03, 1], metallicFactor: 0 },
  };
  const image = picture && { bufferView: writer.view(picture), mimeType: "image/png" };
  return {
    materials: [skin, dark],
    ...(image ? { images: [image], textures: [{ source: 0 }] } : {}),
  };
}

function vrmExtensions(
  bones: readonly AvatarBone[],
  { vrm }: AvatarOptions,
  index: (joint: string) => number,
  morphs: readonly string[],
) {
  if (vrm === undefined) return {};
  const human = bones.filter(({ joint }) => !HAIR.includes(joint)).map(({ joint }) => joint);
  const hair = HAIR.map(index);
  const smile = morphs.indexOf("mouthSmile");
  return vrm === 0
    ? vrm0(human, hair, index, smile)
    : vrm1(human, hair, index, smile, bones.length + 1);
}

function vrm0(human: string[], hair: number[], index: (joint: string) => number, smile: number) {
  const binds = smile < 0 ? [] : [{ mesh: 0, index: smile, weight: 100 }];
  return {
    extensionsUsed: ["VRM"],
    extensions: {
      VRM: {
        specVersion: "0.0",
        meta: { title: "test" },
        humanoid: { humanBones: human.map((bone) => ({ bone, node: index(bone) })) },
        blendShapeMaster: { blendShapeGroups: [{ presetName: "joy", name: "Joy", binds }] },
        secondaryAnimation: {
          boneGroups: [
            {
              stiffiness: 0.6,
              gravityPower: 0.1,
              gravityDir: { x: 0, y: -1, z: 0 },
              dragForce: 0.3,
              center: -1,
              hitRadius: 0.02,
              bones: hair.slice(0, 1),
              colliderGroups: [],
            },
          ],
          colliderGroups: [],
        },
        materialProperties: [],
      },
    },
  };
}

function vrm1(
  human: string[],
  hair: number[],
  index: (joint: string) => number,
  smile: number,
  mesh: number,
) {
  const morphTargetBinds = smile < 0 ? [] : [{ node: mesh, index: smile, weight: 1 }];
  const joints = hair.map((node) => ({ node, stiffness: 0.6, gravityPower: 0.1, dragForce: 0.3 }));
  return {
    extensionsUsed: ["VRMC_vrm", "VRMC_springBone", "VRMC_materials_mtoon"],
    extensions: {
      VRMC_vrm: {
        specVersion: "1.0",
        meta: { name: "test", authors: ["test"], licenseUrl: "https://vrm.dev/licenses/1.0/" },
        humanoid: {
          humanBones: Object.fromEntries(human.map((bone) => [bone, { node: index(bone) }])),
        },
        expressions: { preset: { happy: { morphTargetBinds } } },
      },
      VRMC_springBone: {
        specVersion: "1.0",
        colliders: [
          { node: index("head"), shape: { sphere: { offset: [0, 0, 0], radius: 0.08 } } },
        ],
        colliderGroups: [{ name: "head", colliders: [0] }],
        springs: [{ name: "hair", joints, colliderGroups: [0] }],
      },
    },
  };
}
