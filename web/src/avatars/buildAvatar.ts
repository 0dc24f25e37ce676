import { type VRM, VRMLoaderPlugin } from "@pixiv/three-vrm";
import { LoadingManager, type Object3D } from "three";
import { MeshoptDecoder } from "three/examples/jsm/libs/meshopt_decoder.module.js";
import { type GLTF, GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { texts } from "../language/texts";
import type { SkeletonDescription } from "../protocol/messages";
import { AvatarError } from "./avatarError";
import { AvatarLook } from "./avatarLook";
import { AvatarRig } from "./avatarRig";
import { bindPose } from "./bindPose";
import { dimToon } from "./dimToon";

/**
 * Builds the look of an avatar.
 *
 * @param bytes A GLB that was found to be whole.
 * @param indices glTF node of each joint.
 * @param name As the sentences call it.
 * @throws AvatarError when its pictures cannot be read, or its parts do not fit together.
 */
export async function buildAvatar(
  bytes: ArrayBuffer,
  indices: ReadonlyMap<string, number>,
  skeleton: SkeletonDescription,
  name: string,
): Promise<AvatarLook> {
  try {
    const gltf = await parseGltf(bytes, name);
    const vrm: VRM | null = gltf.userData.vrm ?? null;
    if (vrm) vrm.humanoid.autoUpdateHumanBones = false;
    else bindPose(gltf.scene);
    dimToon(gltf.scene);
    const nodes = await humanoidObjects(gltf, indices, skeleton);
    const rig = new AvatarRig(gltf.scene, nodes, skeleton);
    return new AvatarLook(gltf.scene, nodes, rig, vrm);
  } catch (error) {
    if (error instanceof AvatarError) throw error;
    throw new AvatarError(texts.avatar.unfitting(name), { cause: error });
  }
}

async function parseGltf(bytes: ArrayBuffer, name: string): Promise<GLTF> {
  const unreadable: string[] = [];
  const manager = new LoadingManager(undefined, undefined, (url) => unreadable.push(url));
  const loader = new GLTFLoader(manager).setMeshoptDecoder(MeshoptDecoder);
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const gltf = await loader.parseAsync(bytes, "");
  if (unreadable.length === 0) return gltf;
  throw new AvatarError(texts.avatar.pictures(name, unreadable.length));
}

/** Nodes of the joints that the skeleton has, parents first. */
async function humanoidObjects(
  { scene, parser }: GLTF,
  indices: ReadonlyMap<string, number>,
  { joints }: SkeletonDescription,
): Promise<Map<string, Object3D>> {
  const known = [...indices].filter(([joint]) => joints.includes(joint));
  const nodes = await Promise.all(
    known.map(async ([joint, node]): Promise<[string, Object3D]> => {
      return [joint, await parser.getDependency("node", node)];
    }),
  );
  const shown = nodes.filter(([, node]) => depth(node, scene) < Number.POSITIVE_INFINITY);
  if (shown.length < nodes.length) throw new Error("expected the bones in the scene");
  return new Map(shown.sort(([, a], [, b]) => depth(a, scene) - depth(b, scene)));
}

function depth(object: Object3D | null, scene: Object3D): number {
  if (object === null) return Number.POSITIVE_INFINITY;
  return object === scene ? 0 : 1 + depth(object.parent, scene);
}
