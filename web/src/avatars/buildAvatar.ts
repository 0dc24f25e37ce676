import { type VRM, VRMLoaderPlugin } from "@pixiv/three-vrm";
import { LoadingManager, type Object3D } from "three";
import { MeshoptDecoder } from "three/examples/jsm/libs/meshopt_decoder.module.js";
import { type GLTF, GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { texts } from "../language/texts";
import type { SkeletonDescription } from "../protocol/messages";
import { GuestError } from "./avatarError";
import { GuestLook } from "./avatarLook";
import { GuestRig } from "./avatarRig";
import { bindPose } from "./bindPose";
import { dimToon } from "./dimToon";

/**
 * Builds the look of an avatar.
 *
 * @param bytes A GLB that was found to be whole.
 * @param indices glTF node of each joint.
 * @param name As the sentences call it.
 * @throws GuestError when its pictures cannot be read, or its parts do not fit together.
 */
export async function buildGuest(
  bytes: ArrayBuffer,
  indices: ReadonlyMap<string, number>,
  skeleton: SkeletonDescription,
  name: string,
): Promise<GuestLook> {
  try {
    const gltf = await parse(bytes, name);
    const vrm: VRM | null = gltf.userData.vrm ?? null;
    if (vrm) vrm.humanoid.autoUpdateHumanBones = false;
    else bindPose(gltf.scene);
    dimToon(gltf.scene);
    const nodes = await humanoid(gltf, indices, skeleton);
    const rig = new GuestRig(gltf.scene, nodes, skeleton);
    return new GuestLook(gltf.scene, nodes, rig, vrm);
  } catch (error) {
    if (error instanceof GuestError) throw error;
    throw new GuestError(texts.guest.unfitting(name), { cause: error });
  }
}

async function parse(bytes: ArrayBuffer, name: string): Promise<GLTF> {
  const unreadable: string[] = [];
  const manager = new LoadingManager(undefined, undefined, (url) => unreadable.push(url));
  const loader = new GLTFLoader(manager).setMeshoptDecoder(MeshoptDecoder);
  loader.register((parser) => new VRMLoaderPlugin(parser));
  const gltf = await loader.parseAsync(bytes, "");
  if (unreadable.length === 0) return gltf;
  throw new GuestError(texts.guest.pictures(name, unreadable.length));
}

/** Nodes of the joints that the skeleton has, parents first. */
async function humanoid(
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
