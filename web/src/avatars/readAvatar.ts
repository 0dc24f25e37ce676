import { texts } from "../language/texts";
import { AvatarError } from "./avatarError";

/** Largest file that is read, bytes. */
const LARGEST = 300e6;

/** Hears the share that has been read, 0 to 1. */
export type ProgressListener = (share: number) => void;

/**
 * Reads an avatar from a file or from its address.
 *
 * @param name As the sentences call it.
 * @throws AvatarError when it is too large, or does not come.
 */
export async function readAvatar(
  source: Blob | URL,
  name: string,
  onProgress: ProgressListener,
): Promise<ArrayBuffer> {
  if (source instanceof URL) return download(source, name, onProgress);
  checkSize(source.size, name);
  return source.arrayBuffer().catch(() => {
    throw new AvatarError(texts.avatar.moved(name));
  });
}

async function download(
  address: URL,
  name: string,
  onProgress: ProgressListener,
): Promise<ArrayBuffer> {
  if (!/^https?:$/.test(address.protocol)) {
    throw new AvatarError(texts.avatar.notOnTheWeb(name));
  }
  const answer = await fetch(address, { credentials: "omit" }).catch(() => unreachable(address));
  if (!answer.ok) {
    throw new AvatarError(texts.avatar.notFound(name, address.host, answer.status));
  }
  const size = Number(answer.headers.get("Content-Length") ?? 0);
  checkSize(size, name);
  return collect(answer, size, name, onProgress).catch((error: unknown) => {
    throw error instanceof AvatarError
      ? error
      : new AvatarError(texts.avatar.brokeOff(name, address.host));
  });
}

/** The address may lie about the size, so what comes is counted too. */
async function collect(
  answer: Response,
  size: number,
  name: string,
  onProgress: ProgressListener,
): Promise<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  const reader = answer.body?.getReader();
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    chunks.push(read.value);
    received += read.value.length;
    checkSize(received, name);
    if (size > 0) onProgress(Math.min(1, received / size));
  }
  return new Blob(chunks).arrayBuffer();
}

function unreachable(address: URL): never {
  throw new AvatarError(texts.avatar.unreachable(address.host));
}

function checkSize(bytes: number, name: string): void {
  if (bytes <= LARGEST) return;
  throw new AvatarError(texts.avatar.large(name, Math.ceil(bytes / 1e6)));
}
