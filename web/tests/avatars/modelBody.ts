import {
  type BufferGeometry,
  CapsuleGeometry,
  Matrix4,
  Quaternion,
  SphereGeometry,
  Vector3,
} from "three";
import type { GlbWriter } from "./glbWriter";
import type { AvatarBone } from "./makeAvatar";

const UP = new Vector3(0, 1, 0);
const RADII: Readonly<Record<string, number>> = {
  hips: 0.12,
  spine: 0.11,
  chest: 0.12,
  upperChest: 0.12,
  neck: 0.05,
  Shoulder: 0.06,
  UpperArm: 0.045,
  LowerArm: 0.038,
  UpperLeg: 0.075,
  LowerLeg: 0.055,
  Foot: 0.045,
  hair: 0.03,
};
const HEIGHT_OF_MOUTH = 0.06;

interface Piece {
  readonly geometry: BufferGeometry;
  readonly bone: number;
}

/** Models a figure of capsules on bones, with a face whose mouth the morph targets pull. */
export function modelBody(
  bones: readonly AvatarBone[],
  writer: GlbWriter,
  morphs: readonly string[],
): { primitives: object[]; morphs: readonly string[] } {
  const head = bones.findIndex(({ joint }) => joint === "head");
  const ahead = new Vector3(
    0,
    0,
    bones.some(({ joint, position }) => joint === "leftHand" && position.x < 0) ? -1 : 1,
  );
  const skin = [...limbs(bones), ...ends(bones, ahead)];
  const face = head < 0 ? [] : features(bones[head]?.position ?? UP, head, ahead);
  return {
    morphs,
    primitives: [primitive(skin, 0, writer, morphs), primitive(face, 1, writer, morphs)],
  };
}

function limbs(bones: readonly AvatarBone[]): Piece[] {
  return bones.flatMap(({ joint, position }, bone) => {
    const part = joint.replace(/^(left|right)|\d$/g, "");
    const child = bones.find(
      ({ parent, joint: own }) => parent === joint && !own.startsWith("hair1"),
    );
    const radius = RADII[part];
    if (!child || radius === undefined) return [];
    return [{ bone, geometry: capsule(position, child.position, radius) }];
  });
}

function capsule(from: Vector3, to: Vector3, radius: number): BufferGeometry {
  const way = to.clone().sub(from);
  const turn = new Quaternion().setFromUnitVectors(UP, way.clone().normalize());
  const middle = from.clone().addScaledVector(way, 0.5);
  const matrix = new Matrix4().compose(middle, turn, new Vector3(1, 1, 1));
  return new CapsuleGeometry(radius, way.length(), 3, 8, 2).applyMatrix4(matrix);
}

/** Head, hands and shoes; the soles are at height 0. */
function ends(bones: readonly AvatarBone[], ahead: Vector3): Piece[] {
  return bones.flatMap(({ joint, position }, bone) => {
    if (joint === "head") {
      return [
        {
          bone,
          geometry: ellipsoid(position.clone().add(new Vector3(0, 0.1, 0)), 0.085, 0.12, 0.1),
        },
      ];
    }
    if (joint.endsWith("Hand")) return [{ bone, geometry: ellipsoid(position, 0.06, 0.03, 0.045) }];
    if (!/Foot|Toes/.test(joint)) return [];
    const place = position.clone().addScaledVector(ahead, joint.endsWith("Toes") ? 0.03 : 0.02);
    place.y /= 2;
    return [
      { bone, geometry: ellipsoid(place, 0.042, place.y, joint.endsWith("Toes") ? 0.05 : 0.09) },
    ];
  });
}

function features(head: Vector3, bone: number, ahead: Vector3): Piece[] {
  const at = (x: number, y: number, z: number) =>
    head
      .clone()
      .add(new Vector3(x, y, 0))
      .addScaledVector(ahead, z);
  return [
    { bone, geometry: ellipsoid(at(0.033, 0.115, 0.092), 0.012, 0.012, 0.012) },
    { bone, geometry: ellipsoid(at(-0.033, 0.115, 0.092), 0.012, 0.012, 0.012) },
    { bone, geometry: ellipsoid(at(0, HEIGHT_OF_MOUTH, 0.092), 0.03, 0.006, 0.014) },
  ];
}

function ellipsoid(centre: Vector3, x: number, y: number, z: number): BufferGeometry {
  return new SphereGeometry(1, 12, 8).scale(x, y, z).translate(...centre.toArray());
}

function primitive(
  pieces: readonly Piece[],
  material: number,
  writer: GlbWriter,
  morphs: readonly string[],
): object {
  const positions = pieces.flatMap((piece) => numbers(piece, "position"));
  const indices: number[] = [];
  let first = 0;
  for (const { geometry } of pieces) {
    indices.push(...[...(geometry.index?.array ?? [])].map((vertex) => vertex + first));
    first += geometry.getAttribute("position").count;
  }
  const bones = pieces.flatMap(({ geometry, bone }) =>
    Array<number[]>(geometry.getAttribute("position").count).fill([bone, 0, 0, 0]),
  );
  return {
    material,
    indices: writer.accessor("SCALAR", Uint16Array.from(indices)),
    attributes: {
      POSITION: writer.accessor("VEC3", Float32Array.from(positions)),
      NORMAL: writer.accessor(
        "VEC3",
        Float32Array.from(pieces.flatMap((piece) => numbers(piece, "normal"))),
      ),
      TEXCOORD_0: writer.accessor(
        "VEC2",
        Float32Array.from(pieces.flatMap((piece) => numbers(piece, "uv"))),
      ),
      JOINTS_0: writer.accessor("VEC4", Uint16Array.from(bones.flat())),
      WEIGHTS_0: writer.accessor("VEC4", Float32Array.from(bones.flatMap(() => [1, 0, 0, 0]))),
    },
    ...(morphs.length > 0
      ? {
          targets: morphs.map((morph) => ({
            POSITION: target(morph, positions, material, writer),
          })),
        }
      : {}),
  };
}

function numbers({ geometry }: Piece, attribute: string): number[] {
  return [...geometry.getAttribute(attribute).array];
}

/** A smile lifts the corners of the mouth, every other morph target sinks them. */
function target(
  morph: string,
  positions: readonly number[],
  material: number,
  writer: GlbWriter,
): number {
  const heights = positions.filter((_, i) => i % 3 === 1);
  const lowest = Math.min(...heights);
  const offsets = positions.map((_, i) => {
    const [x = 0, y = 0] = [positions[i - 1], positions[i]];
    const mouth = material === 1 && i % 3 === 1 && y < lowest + 0.02;
    return mouth ? Math.abs(x) * (morph.includes("mile") ? 0.6 : -0.6) : 0;
  });
  return writer.accessor("VEC3", Float32Array.from(offsets));
}
