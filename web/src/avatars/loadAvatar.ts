import { texts } from "../language/texts";
import type { SkeletonDescription } from "../protocol/messages";
import type { AvatarLook } from "./avatarLook";
import { embedParts } from "./embedParts";
import { humanoidNodes } from "./humanoidNodes";
import { parseGlb } from "./parseGlb";
import { type ProgressListener, readAvatar } from "./readAvatar";

/**
 * Loads an avatar of a visitor: a VRM (0.x or 1.0), or a GLB or glTF with the bones of a person.
 *
 * What reads and draws models is fetched only when one is here to be read.
 *
 * @param source The file, or its address.
 * @param skeleton Skeleton of the poses that it will follow.
 * @param parts Files that were brought with it, for a glTF in text.
 * @throws AvatarError with a message that tells the visitor what to do.
 */
export async function loadAvatar(
  source: Blob | URL,
  skeleton: SkeletonDescription,
  onProgress: ProgressListener,
  parts: readonly File[] = [],
): Promise<AvatarLook> {
  const name = sentenceName(source);
  const bytes = await embedParts(await readAvatar(source, name, onProgress), parts, name);
  const nodes = humanoidNodes(parseGlb(bytes, name), name);
  const { buildAvatar } = await import("./buildAvatar");
  return buildAvatar(bytes, nodes, skeleton, name);
}

/** As the sentences call it, which begin with it. */
function sentenceName(source: Blob | URL): string {
  const { quoted, thisFile } = texts.avatar;
  if (source instanceof URL) return quoted(source.pathname.split("/").at(-1) || source.host);
  return source instanceof File ? quoted(source.name) : thisFile;
}
