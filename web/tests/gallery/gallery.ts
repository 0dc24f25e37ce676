import messages from "../../../tests/golden/messages.json";
import { FigureMotion } from "../../src/looks/figureMotion";
import { lookCatalogue } from "../../src/looks/lookCatalogue";
import { Mood } from "../../src/looks/mood";
import type { SkeletonDescription } from "../../src/protocol/messages";
import type { Quality } from "../../src/quality";
import { Stage, type StagedFigure } from "../../src/stage/stage";
import { stillPose } from "../stillPose";
import { syntheticDance } from "../syntheticDance";

/** Shows looks on the real stage in a made-up dance, the same one every time. */
interface Gallery {
  readonly looks: readonly string[];
  /** Puts figures on the stage, one of each look, as they are after some seconds of dance. */
  exhibit(looks: readonly string[], emotion: string, quality: Quality, time: number): Promise<void>;
  /** Lets so many frames pass without drawing them. */
  skip(frames: number): void;
  /** Dances on for so many frames; returns the median of their JavaScript, milliseconds. */
  dance(frames: number): Promise<number>;
}

declare global {
  interface Window {
    gallery: Gallery;
  }
}

const FRAME = 1 / 60;
const LABELS = ["neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited"];
/** Between figures, metres. */
const APART = 1.3;
const STAGE_RADIUS = 2.5;

const skeleton = messages.server.find((message) => "skeleton" in message)
  ?.skeleton as unknown as SkeletonDescription;
const pose = stillPose(skeleton);
const weights = new Float32Array(LABELS.length);
let staged: StagedFigure[] = [];
let stage: Stage | null = null;
let clock = 0;

window.gallery = {
  looks: Object.keys(lookCatalogue),

  async exhibit(looks, emotion, quality, time) {
    for (const { look } of staged) look.dispose();
    staged = await Promise.all(looks.map(figure));
    LABELS.forEach((label, i) => {
      weights[i] = label === emotion ? 1 : 0;
    });
    if (stage?.quality !== quality) stage = openStage(quality);
    stage.setFigures(staged, STAGE_RADIUS);
    for (clock = 0; clock < time; ) move();
    // Long enough for the camera to come to rest.
    stage.draw(10);
    await new Promise(requestAnimationFrame);
  },

  skip(frames) {
    for (let frame = 0; frame < frames; frame++) move();
  },

  async dance(frames) {
    const times: number[] = [];
    for (let frame = 0; frame < frames; frame++) {
      const start = performance.now();
      move();
      stage?.draw(FRAME);
      times.push(performance.now() - start);
      await new Promise(requestAnimationFrame);
    }
    return times.sort((a, b) => a - b)[frames >> 1] ?? 0;
  },
};

async function figure(name: string): Promise<StagedFigure> {
  const factory = await lookCatalogue[name]?.load();
  if (!factory) throw new Error(`expected a look, got ${name}`);
  return { motion: new FigureMotion(skeleton), mood: new Mood(LABELS), look: factory(skeleton) };
}

function openStage(quality: Quality): Stage {
  const canvas = document.createElement("canvas");
  document.body.replaceChildren(canvas);
  const opened = new Stage(canvas, quality);
  opened.resize(innerWidth, innerHeight, 0);
  return opened;
}

function move(): void {
  clock += FRAME;
  staged.forEach(({ motion, mood, look }, i) => {
    const contacts = syntheticDance(skeleton, clock + 0.9 * i, pose);
    (pose.hips[0] as number) += APART * (i - (staged.length - 1) / 2);
    motion.update(pose, contacts, false, FRAME);
    mood.update(weights, FRAME);
    look.update(motion, mood, FRAME);
  });
}
