import { GuestError } from "./guestError";

/** Largest file that is read, bytes. */
const LARGEST = 300e6;

/** Hears the share that has been read, 0 to 1. */
export type ProgressListener = (share: number) => void;

/**
 * Reads an avatar from a file or from its address.
 *
 * @param name As the sentences call it.
 * @throws GuestError when it is too large, or does not come.
 */
export async function readGuest(
  source: Blob | URL,
  name: string,
  onProgress: ProgressListener,
): Promise<ArrayBuffer> {
  if (source instanceof URL) return download(source, name, onProgress);
  checkSize(source.size, name);
  return source.arrayBuffer().catch(() => {
    throw new GuestError(`${name} could not be read from your disk. Was it moved or changed?`);
  });
}

async function download(
  address: URL,
  name: string,
  onProgress: ProgressListener,
): Promise<ArrayBuffer> {
  if (!/^https?:$/.test(address.protocol)) {
    throw new GuestError(`${name} has an address that is not on the web (http or https).`);
  }
  const answer = await fetch(address, { credentials: "omit" }).catch(() => unreachable(address));
  if (!answer.ok) {
    throw new GuestError(`${name} was not found: ${address.host} answers ${answer.status}.`);
  }
  const size = Number(answer.headers.get("Content-Length") ?? 0);
  checkSize(size, name);
  return collect(answer, size, name, onProgress).catch((error: unknown) => {
    throw error instanceof GuestError
      ? error
      : new GuestError(`${name} broke off on the way from ${address.host}. Try again.`);
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
  throw new GuestError(
    `${address.host} did not give the avatar away: the address is wrong, the network is down, ` +
      "or its server does not let other pages read it (CORS). Download the file and drop it here.",
  );
}

function checkSize(bytes: number, name: string): void {
  if (bytes <= LARGEST) return;
  const megabytes = Math.ceil(bytes / 1e6);
  throw new GuestError(
    `${name} is too large: ${megabytes} MB, and 300 MB is the most. ` +
      "Export it with smaller pictures or fewer polygons.",
  );
}
