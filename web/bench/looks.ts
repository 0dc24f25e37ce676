import { loadAvatar } from "../src/avatars/loadAvatar";
import type { Look } from "../src/looks/look";
import { lookCatalogue } from "../src/looks/lookCatalogue";
import type { Hello } from "../src/protocol/messages";
import { Figures } from "../src/show/figures";
import { FootMarks } from "../src/stage/footMarks";
import type { StagedFigure } from "../src/stage/stage";
import { avatarFiles } from "../tests/avatars/avatarFiles";
import { goldenJson } from "../tests/golden";
import { stillPose } from "../tests/stillPose";
import { syntheticDance } from "../tests/syntheticDance";
import { encodeFrame } from "./encodeFrame";

/** Prints what a frame of every look costs in JavaScript: from the wire to what is drawn. */

const FPS = 30;
const DISPLAY = 60;
const WARM_UP = 600;
const FRAMES = 3000;
const AVATAR = "one.vrm";

const hello = goldenJson<{ server: Hello[] }>("messages").server[0] as Hello;
const messages = danced((WARM_UP + FRAMES) / DISPLAY + 1);

/** What a server sends in so many seconds. */
function danced(seconds: number): ArrayBuffer[] {
  const pose = stillPose(hello.skeleton);
  return Array.from({ length: seconds * FPS }, (_, sequence) => {
    const time = sequence / FPS;
    const contacts = syntheticDance(hello.skeleton, time, pose);
    const felt = Math.floor(time / 4) % hello.emotions.length;
    const emotion = hello.emotions.map((_, i) => Number(i === felt));
    return encodeFrame(sequence, time, emotion, pose, contacts);
  });
}

async function dress(name: string): Promise<Look> {
  const bytes = avatarFiles[name];
  if (bytes) return loadAvatar(new File([bytes], name), hello.skeleton, () => {});
  const factory = await lookCatalogue[name]?.load();
  if (!factory) throw new Error(`expected a look, got ${name}`);
  return factory(hello.skeleton);
}

async function frameTimes(name: string): Promise<Float64Array> {
  const look = await dress(name);
  const lookProvider = { provideLook: () => look, releaseLook: () => look.dispose() };
  let staged: { figure: StagedFigure; marks: FootMarks }[] = [];
  const figures = new Figures(hello, lookProvider, (figures) => {
    staged = figures.map((figure) => ({ figure, marks: new FootMarks(figure.motion) }));
  });
  const times = new Float64Array(FRAMES);
  for (let frame = 0; frame < WARM_UP + FRAMES; frame++) {
    const now = frame / DISPLAY;
    const message = frame % 2 === 0 ? messages[frame / 2] : undefined;
    const start = performance.now();
    if (message) figures.receiveFrame(message, now);
    figures.update(now, 1 / DISPLAY, now);
    for (const { figure, marks } of staged) {
      marks.update(figure.motion, figure.mood, look, look.room);
      look.object.updateMatrixWorld();
    }
    if (frame >= WARM_UP) times[frame - WARM_UP] = performance.now() - start;
  }
  figures.renewLooks();
  return times.sort();
}

function milliseconds(times: Float64Array, share: number): number {
  return times[Math.floor(share * (times.length - 1))] as number;
}

console.log(
  "milliseconds of JavaScript a frame, without what three.js and the graphics card draw\n",
);
console.log("look        median    95 %    99 %");
for (const name of [...Object.keys(lookCatalogue), AVATAR]) {
  const times = await frameTimes(name);
  const columns = [0.5, 0.95, 0.99].map((share) => milliseconds(times, share));
  console.log(name.padEnd(10) + columns.map((value) => value.toFixed(3).padStart(8)).join(""));
}
