import { FigureMotion } from "../src/looks/figureMotion";
import { lookCatalogue } from "../src/looks/lookCatalogue";
import { Mood } from "../src/looks/mood";
import type { Pose } from "../src/motion/interpolatePose";
import type { Hello } from "../src/protocol/messages";
import { FootMarks } from "../src/stage/footMarks";
import { goldenJson } from "../tests/golden";
import { syntheticDance } from "../tests/syntheticDance";

/** Prints what a frame of every look costs in JavaScript, without decoding and drawing. */

const FRAME = 1 / 60;
const WARM_UP = 600;
const FRAMES = 3000;
const YARDSTICK = "dancer";
const LABELS = ["neutral", "happy", "sad", "angry"];

const hello = goldenJson<{ server: Hello[] }>("messages").server[0] as Hello;

async function frameTimes(name: string): Promise<Float64Array> {
  const factory = await lookCatalogue[name]?.load();
  if (!factory) throw new Error(`expected a look, got ${name}`);
  const look = factory(hello.skeleton);
  const motion = new FigureMotion(hello.skeleton);
  const mood = new Mood(LABELS);
  const marks = new FootMarks(motion);
  const pose: Pose = {
    hips: new Float32Array(3),
    rotations: new Float32Array(hello.skeleton.joints.length * 4),
  };
  const emotion = new Float32Array(LABELS.length);
  const times = new Float64Array(FRAMES);
  for (let frame = -WARM_UP; frame < FRAMES; frame++) {
    const contacts = syntheticDance(hello.skeleton, frame * FRAME, pose);
    emotion[Math.abs(frame >> 8) % LABELS.length] = 1;
    const start = performance.now();
    motion.update(pose, contacts, false, FRAME);
    mood.update(emotion, FRAME);
    look.update(motion, mood, FRAME);
    marks.update(motion, mood, look, look.room);
    look.object.updateMatrixWorld();
    if (frame >= 0) times[frame] = performance.now() - start;
  }
  look.dispose();
  return times.sort();
}

function milliseconds(times: Float64Array, share: number): number {
  return times[Math.floor(share * (times.length - 1))] as number;
}

const rows = new Map<string, Float64Array>();
for (const name of Object.keys(lookCatalogue)) rows.set(name, await frameTimes(name));
const yardstick = milliseconds(rows.get(YARDSTICK) as Float64Array, 0.5);

console.log("milliseconds of JavaScript a frame\n");
console.log(`look        median    95 %    99 %   median / ${YARDSTICK}`);
for (const [name, times] of rows) {
  const [median = 0, ...rest] = [0.5, 0.95, 0.99].map((share) => milliseconds(times, share));
  const columns = [median, ...rest].map((value) => value.toFixed(3).padStart(8)).join("");
  console.log(`${name.padEnd(10)}${columns}${(median / yardstick).toFixed(1).padStart(8)}`);
}
