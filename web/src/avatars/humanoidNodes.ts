import { texts } from "../language/texts";
import { AvatarError } from "./avatarError";
import type { GltfDocument } from "./gltfDocument";
import { jointOfName, namesSpine } from "./jointOfName";
import { NodeTree } from "./nodeTree";

/** What must be there to dance with, as VRM demands it too. */
const REQUIRED = Object.entries(texts.avatar.bones);

/**
 * Finds the bones of a person in an avatar, as a VRM declares them, or else by name and place;
 * those that do not hang on the hips, or are another joint already, do not count.
 *
 * @param name As the sentences call it.
 * @returns Index of the glTF node for each joint of the VRM humanoid that was found.
 * @throws AvatarError that names the bones that are missing.
 */
export function humanoidNodes(document: GltfDocument, name: string): Map<string, number> {
  const tree = new NodeTree(document.nodes ?? []);
  const found = declared(document) ?? guessed(document, tree);
  const taken = new Set<number>();
  for (const [joint, node] of found) {
    if (taken.has(node) || !tree.holds(found.get("hips"), node)) found.delete(joint);
    taken.add(node);
  }
  const missing = missingBones(found);
  if (missing.length > 0) {
    throw new AvatarError(texts.avatar.boneless(name, missing.join(", ")));
  }
  return found;
}

function declared({ extensions = {} }: GltfDocument): Map<string, number> | null {
  const old = extensions.VRM?.humanoid?.humanBones;
  const bones = extensions.VRMC_vrm?.humanoid?.humanBones;
  if (!old && !bones) return null;
  const pairs = bones
    ? Object.entries(bones).map(([bone, value]) => [bone, value?.node] as const)
    : (old ?? []).map(({ bone, node }) => [bone ?? "", node] as const);
  return new Map(pairs.filter((pair): pair is [string, number] => Number.isInteger(pair[1])));
}

/** Bones that carry skin come first; a model of rigid parts has none. */
function guessed({ nodes = [], skins = [] }: GltfDocument, tree: NodeTree): Map<string, number> {
  const joints = new Set(skins.flatMap(({ joints = [] }) => joints));
  const candidates = tree.fromRoots().filter((node) => joints.size === 0 || joints.has(node));
  const names = candidates.map((node) => nodes[node]?.name ?? "");
  const limbs = [...jointOfName(names)].map(([joint, at]) => [joint, candidates[at]] as const);
  const found = new Map(limbs.filter((pair): pair is [string, number] => pair[1] !== undefined));
  placeHead(found, tree, candidates, namesSpine(names));
  placeTrunk(found, tree);
  return found;
}

/** Without a joint of that name the head is the last of a spine that goes on above the arms. */
function placeHead(
  found: Map<string, number>,
  tree: NodeTree,
  candidates: readonly number[],
  isSpine: readonly boolean[],
): void {
  const arms = tree.meeting(found, "leftUpperArm", "rightUpperArm");
  if (found.has("head") || arms === undefined) return;
  const spine = candidates.filter((node, at) => isSpine[at] && node !== arms);
  const head = spine.filter((node) => tree.holds(arms, node)).at(-1);
  if (head !== undefined) found.set("head", head);
}

/** Between the legs and the head lies the trunk, whatever its bones are called. */
function placeTrunk(found: Map<string, number>, tree: NodeTree): void {
  const hips = tree.meeting(found, "leftUpperLeg", "rightUpperLeg", "head");
  if (hips === undefined) return;
  found.set("hips", hips);
  const shoulders = tree.meeting(found, "leftUpperArm", "rightUpperArm", "head") ?? hips;
  const trunk = tree.between(hips, shoulders).concat(shoulders === hips ? [] : [shoulders]);
  const chest = trunk[Math.floor(trunk.length / 2)];
  const [spine] = trunk;
  if (spine !== undefined) found.set("spine", spine);
  if (chest !== undefined && chest !== spine) found.set("chest", chest);
  placeFirst(found, tree, shoulders, "head", "neck");
  placeFirst(found, tree, shoulders, "leftUpperArm", "leftShoulder");
  placeFirst(found, tree, shoulders, "rightUpperArm", "rightShoulder");
}

function placeFirst(
  found: Map<string, number>,
  tree: NodeTree,
  from: number,
  end: string,
  joint: string,
): void {
  const to = found.get(end);
  const [first] = to === undefined ? [] : tree.between(from, to);
  if (first !== undefined) found.set(joint, first);
}

function missingBones(found: ReadonlyMap<string, number>): string[] {
  return REQUIRED.flatMap(([part, words]) => {
    if (part === part.toLowerCase()) return found.has(part) ? [] : [words];
    const [left, right] = [found.has(`left${part}`), found.has(`right${part}`)];
    if (left && right) return [];
    const { sides } = texts.avatar;
    return [`${left ? sides.right : right ? sides.left : sides.both} ${words}`];
  });
}
