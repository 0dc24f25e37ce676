import messages from "../../../tests/golden/messages.json";
import { FigureMotion } from "../../src/looks/figureMotion";
import { lookCatalogue } from "../../src/looks/lookCatalogue";
import { Mood } from "../../src/looks/mood";
import type { Pose } from "../../src/motion/interpolatePose";
import type { SkeletonDescription } from "../../src/protocol/messages";
import type { Quality } from "../../src/settings";
import { Stage, type StagedFigure } from "../../src/stage/stage";
import { syntheticDance } from "../syntheticDance";

/** What to draw. */
interface Exhibit {
  /** One figure each. */
  readonly looks: readonly string[];
  readonly emotion: string;
  readonly quality: Quality;
  /** When in the dance, seconds. */
  readonly time: number;
  /** Frames to draw before, as a running page would. */
  readonly frames?: number;
  /** Phase of the beat. */
  readonly beat?: number;
}

interface Clip {
  readonly fps: number;
  readonly hips: readonly number[][];
  readonly rotations: readonly number[][];
  readonly contacts: readonly number[];
}

declare global {
  interface Window {
    /** A recorded dance to show in place of the made-up one. */
    clip?: Clip;
    /** Draws an exhibit from the real stage, until it is on the screen. */
    exhibit(wanted: Exhibit): Promise<void>;
  }
}

const FRAME = 1 / 60;
/** Dance before the moment that is shown, so that marks of motion have built up; seconds. */
const RUN_UP = 4;
const LABELS = ["neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited"];
const APART = 1.3;

const skeleton = messages.server.find((message) => "skeleton" in message)
  ?.skeleton as unknown as SkeletonDescription;
let staged: StagedFigure[] = [];
let stage: Stage | null = null;
let clock = 0;

window.exhibit = async ({ looks, emotion, quality, time, frames = 0, beat = Number.NaN }) => {
  for (const { look } of staged) look.dispose();
  document.querySelector("canvas")?.replaceWith(document.createElement("canvas"));
  const canvas = document.querySelector("canvas") as HTMLCanvasElement;
  stage = new Stage(canvas, quality);
  staged = await Promise.all(
    looks.map(async (name) => {
      const factory = await lookCatalogue[name]?.load();
      if (!factory) throw new Error(`expected a look, got ${name}`);
      const motion = new FigureMotion(skeleton);
      return { motion, mood: new Mood(LABELS), look: factory(skeleton) };
    }),
  );
  for (const { mood } of staged) mood.beat = beat;
  stage.present(staged, 2.5);
  stage.resize(innerWidth, innerHeight, 0);
  const weights = Float32Array.from(LABELS, (label) => (label === emotion ? 1 : 0));
  for (clock = Math.max(0, time - RUN_UP); clock < time; clock += FRAME) move(weights, FRAME);
  stage.draw(10);
  for (let frame = 0; frame < frames; frame++) {
    move(weights, FRAME);
    clock += FRAME;
    stage.draw(FRAME);
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
};

const pose: Pose = {
  hips: new Float32Array(3),
  rotations: new Float32Array(skeleton.joints.length * 4),
};

function move(weights: Float32Array, seconds: number): void {
  staged.forEach(({ motion, mood, look }, i) => {
    const contacts = dance(clock + 0.9 * i);
    (pose.hips[0] as number) += APART * (i - (staged.length - 1) / 2);
    motion.update(pose, contacts, false, seconds);
    mood.update(weights, seconds);
    look.update(motion, mood, seconds);
  });
}

function dance(seconds: number): number {
  const { clip } = window;
  if (!clip) return syntheticDance(skeleton, seconds, pose);
  const at = Math.min(clip.hips.length - 2, Math.floor(seconds * clip.fps));
  const share = Math.min(1, seconds * clip.fps - at);
  const [from, to] = [clip.hips[at] ?? [], clip.hips[at + 1] ?? []];
  pose.hips.forEach((_, i) => {
    pose.hips[i] = (from[i] ?? 0) * (1 - share) + (to[i] ?? 0) * share;
  });
  const [first, second] = [clip.rotations[at] ?? [], clip.rotations[at + 1] ?? []];
  for (let i = 0; i < pose.rotations.length; i += 4) {
    let cosine = 0;
    for (let j = i; j < i + 4; j++) cosine += (first[j] ?? 0) * (second[j] ?? 0);
    const other = cosine < 0 ? -share : share;
    for (let j = i; j < i + 4; j++)
      pose.rotations[j] = (first[j] ?? 0) * (1 - share) + (second[j] ?? 0) * other;
    const length = Math.hypot(...pose.rotations.subarray(i, i + 4));
    for (let j = i; j < i + 4; j++) (pose.rotations[j] as number) /= length;
  }
  return clip.contacts[at] ?? 0;
}
