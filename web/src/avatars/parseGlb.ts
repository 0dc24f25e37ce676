import { texts } from "../language/texts";
import { AvatarError } from "./avatarError";
import type { GltfDocument } from "./gltfDocument";
import { holdsMotion } from "./holdsMotion";
import { pictureArea } from "./pictureArea";

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const HEADER_BYTES = 20;
/** More than any avatar needs, and what a browser still bears. */
const MOST_NODES = 20_000;
const MOST_ELEMENTS = 30e6;
const MOST_PIXELS = 2 ** 28;

/** Ways to pack a file for which this page has no decoder. */
const UNREADABLE: Readonly<Record<string, string>> = {
  KHR_draco_mesh_compression: texts.avatar.draco,
  KHR_texture_basisu: texts.avatar.basis,
};

/**
 * Reads the description in a GLB, and refuses what would harm or hang the page.
 *
 * @param name As the sentences call it.
 * @throws AvatarError when it is not a GLB, damaged, or asks for more than a browser bears.
 */
export function parseGlb(bytes: ArrayBuffer, name: string): GltfDocument {
  const document = readDescription(bytes, name);
  try {
    checkExtensions(document, name);
    checkParts(document, name);
    checkTree(document, name);
    checkBody(document, name);
    checkDemands(document, bytes, name);
  } catch (error) {
    throw error instanceof AvatarError ? error : damaged(name, error);
  }
  return document;
}

function damaged(name: string, cause?: unknown): AvatarError {
  return new AvatarError(texts.avatar.damaged(name), { cause });
}

function readDescription(bytes: ArrayBuffer, name: string): GltfDocument {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new AvatarError(strange(bytes, name));
  }
  if (view.getUint32(4, true) !== 2) {
    throw new AvatarError(texts.avatar.old(name));
  }
  const length = view.getUint32(12, true);
  const cut = view.getUint32(8, true) > bytes.byteLength;
  if (cut || view.getUint32(16, true) !== JSON_CHUNK) throw damaged(name);
  try {
    const text = new TextDecoder().decode(new Uint8Array(bytes, HEADER_BYTES, length));
    return Object(JSON.parse(text)) as GltfDocument;
  } catch (error) {
    throw damaged(name, error);
  }
}

/** Says of a file that is no GLB what it is, and how it may become one. */
function strange(bytes: ArrayBuffer, name: string): string {
  const start = new TextDecoder("latin1").decode(bytes.slice(0, 18));
  if (/^(Kaydara FBX|; FBX)/.test(start)) return texts.avatar.fbx(name);
  if (holdsMotion(new Uint8Array(bytes, 0, Math.min(bytes.byteLength, 40))))
    return texts.avatar.motion(name);
  return texts.avatar.unknown(name);
}

function checkExtensions({ extensionsRequired = [] }: GltfDocument, name: string): void {
  const found = extensionsRequired.find((extension) => Object.hasOwn(UNREADABLE, extension));
  if (found === undefined) return;
  throw new AvatarError(texts.avatar.packed(name, UNREADABLE[found] ?? found));
}

/** A file that reaches for others would fetch from strangers. */
function checkParts({ buffers = [], images = [] }: GltfDocument, name: string): void {
  const apart = [...buffers, ...images].some(({ uri }) => uri !== undefined && !isInside(uri));
  if (!apart) return;
  throw new AvatarError(texts.avatar.scattered(name));
}

function isInside(uri: string): boolean {
  return uri.startsWith("data:");
}

/** Nodes that are their own ancestors would keep the loader waiting for ever. */
function checkTree({ nodes = [] }: GltfDocument, name: string): void {
  const parents = new Map<number, number>();
  nodes.forEach(({ children = [] }, parent) => {
    for (const child of children) {
      if (parents.has(child) || nodes[child] === undefined) throw damaged(name);
      parents.set(child, parent);
    }
  });
  const reached = new Set<number>();
  const waiting = [...nodes.keys()].filter((node) => !parents.has(node));
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    reached.add(node);
    waiting.push(...(nodes[node]?.children ?? []));
  }
  if (reached.size < nodes.length) throw damaged(name);
}

/** Files of motion alone, such as VRM animations, have bones but nothing to be seen. */
function checkBody({ nodes = [] }: GltfDocument, name: string): void {
  if (nodes.length === 0 || nodes.some(({ mesh }) => mesh !== undefined)) return;
  throw new AvatarError(texts.avatar.bodiless(name));
}

function checkDemands(document: GltfDocument, bytes: ArrayBuffer, name: string): void {
  const { nodes = [], accessors = [] } = document;
  const elements = accessors.reduce((sum, { count = 0 }) => sum + count, 0);
  const pixels = pictures(document, bytes).reduce((sum, data) => sum + pictureArea(data), 0);
  if (nodes.length <= MOST_NODES && elements <= MOST_ELEMENTS && pixels <= MOST_PIXELS) return;
  throw new AvatarError(texts.avatar.demanding(name));
}

/** The bytes of each picture in the binary chunk. */
function pictures({ images = [], bufferViews = [] }: GltfDocument, bytes: ArrayBuffer) {
  const start = HEADER_BYTES + new DataView(bytes).getUint32(12, true) + 8;
  return images.flatMap(({ bufferView = -1 }) => {
    const { byteOffset = 0, byteLength } = bufferViews[bufferView] ?? {};
    return byteLength ? [new DataView(bytes, start + byteOffset, byteLength)] : [];
  });
}
