import { readFileSync } from "node:fs";

const FOLDER = new URL("../../tests/golden/", import.meta.url);

/** Reads a golden message: its bytes, or what they mean. */
export function goldenBytes(name: string): ArrayBuffer {
  return new Uint8Array(readFileSync(new URL(`${name}.bin`, FOLDER))).buffer;
}

export function goldenJson<T>(name: string): T {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
  // Python writes -0, which JavaScript reads but does not write again.
  return JSON.parse(text, (_, value) => (value === 0 ? 0 : value));
}
