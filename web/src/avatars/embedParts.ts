import { texts } from "../language/texts";
import { AvatarError } from "./avatarError";

const GLB_MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;

interface Reference {
  uri?: string;
}

interface TextDocument {
  buffers?: Reference[];
  images?: Reference[];
}

/**
 * Makes one binary file of a glTF in text and the parts that lie beside it.
 *
 * @param bytes The whole file; one that is no text is returned as it is.
 * @param parts Files that were brought with it, known by their names.
 * @param name As the sentences call it.
 * @throws AvatarError when it is damaged, or a part was not brought.
 */
export async function embedParts(
  bytes: ArrayBuffer,
  parts: readonly File[],
  name: string,
): Promise<ArrayBuffer> {
  const text = new TextDecoder().decode(bytes.slice(0, 64)).trimStart();
  if (!text.startsWith("{")) return bytes;
  let document: TextDocument;
  try {
    document = Object(JSON.parse(new TextDecoder().decode(bytes))) as TextDocument;
  } catch (error) {
    throw new AvatarError(texts.avatar.damaged(name), { cause: error });
  }
  const references = [document.buffers, document.images].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  for (const reference of references) await embed(reference, parts, name);
  return packGlb(JSON.stringify(document));
}

async function embed(reference: Reference, parts: readonly File[], name: string): Promise<void> {
  const { uri } = reference;
  if (uri === undefined || uri.startsWith("data:")) return;
  const file = decodeURIComponent(uri).split("/").at(-1) ?? "";
  const part = parts.find((one) => one.name === file);
  if (part === undefined) throw new AvatarError(texts.avatar.partless(name, file));
  const type = part.type || (/\.jpe?g$/i.test(file) ? "image/jpeg" : "image/png");
  reference.uri = `data:${type};base64,${base64(new Uint8Array(await part.arrayBuffer()))}`;
}

function base64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  }
  return btoa(pieces.join(""));
}

/** A GLB of nothing but its description. */
function packGlb(json: string): ArrayBuffer {
  const text = new TextEncoder().encode(json);
  const padded = Math.ceil(text.length / 4) * 4;
  const file = new Uint8Array(20 + padded).fill(0x20, 20);
  const view = new DataView(file.buffer);
  const head = [GLB_MAGIC, 2, file.length, padded, JSON_CHUNK];
  head.forEach((word, at) => {
    view.setUint32(4 * at, word, true);
  });
  file.set(text, 20);
  return file.buffer;
}
