import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { avatarFiles } from "./avatarFiles";
import { makeAvatar } from "./makeAvatar";
import { makePng } from "./makePng";
import { wrongFiles } from "./wrongFiles";

/** Writes all avatars, sound and wrong ones, for a browser to meet as files. */
export function writeAvatars(folder: string): void {
  const wrong = Object.entries(wrongFiles).map(([name, [bytes]]) => [name, bytes] as const);
  const pictured = [
    ["dressed.glb", makeAvatar({ picture: makePng(64), colour: [1, 1, 1, 1] })],
    ["torn.glb", makeAvatar({ picture: new TextEncoder().encode("no picture") })],
  ] as const;
  for (const [name, bytes] of [...Object.entries(avatarFiles), ...wrong, ...pictured]) {
    writeFileSync(join(folder, name), bytes);
  }
}
