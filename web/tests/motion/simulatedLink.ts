import { Quaternion, Vector3 } from "three";
import { Ensemble } from "../../src/motion/ensemble";
import type { PlayoutBuffer } from "../../src/motion/playoutBuffer";
import type { Frame, FrameFigure } from "../../src/protocol/decodeFrame";

export const FPS = 30;
export const DISPLAY = 60;
/** Metres a second that the figure walks; so the hips tell the time that is shown. */
export const SPEED = 2;
/** Metres from the hips to the hand, which swings. */
const ARM = 0.7;
const UP = new Vector3(0, 1, 0);

/** Somebody who walks and swings an arm as fast as dancers do, up to 6 m/s. */
export function walker(time: number, id = 0): FrameFigure {
  const angle = 1.2 * Math.sin(2 * Math.PI * 1.1 * time);
  return {
    kind: "partner",
    id,
    takenUp: false,
    contacts: 0,
    hips: Float32Array.from([SPEED * time, 1, 0]),
    rotations: Float32Array.from(new Quaternion().setFromAxisAngle(UP, angle).toArray()),
  };
}

export function frame(sequence: number, time = sequence / FPS, figures = [walker(time)]): Frame {
  return {
    sequence,
    time,
    captured: Number.NaN,
    performerPresent: false,
    emotion: Float32Array.from([1]),
    figures,
  };
}

export interface Arrival {
  readonly frame: Frame;
  readonly at: number;
}

/** A link: frames leave evenly and arrive as it pleases, never if it says so; in that order. */
export function arrivals(seconds: number, link: (sequence: number) => number, pace = 1): Arrival[] {
  return Array.from({ length: seconds * FPS }, (_, sequence) => ({
    frame: frame(sequence),
    at: (sequence / FPS) * pace + link(sequence),
  }))
    .filter(({ at }) => Number.isFinite(at))
    .sort((a, b) => a.at - b.at);
}

/** A link that keeps the order, as WebSockets do: what is late holds up what follows. */
export function inOrder(link: (sequence: number) => number): (sequence: number) => number {
  let last = 0;
  return (sequence) => {
    const at = sequence / FPS + link(sequence);
    if (Number.isFinite(at)) last = Math.max(last, at);
    return Number.isFinite(at) ? last - sequence / FPS : at;
  };
}

/** What was seen, display by display. */
export interface Show {
  /** Server's clock that the hips of the first figure tell, seconds. */
  readonly times: number[];
  /** How far the hand went since the display before, metres. */
  readonly steps: number[];
}

/** Plays what arrives, taking it from the queue. */
export function play(
  buffer: PlayoutBuffer,
  queue: Arrival[],
  from: number,
  to: number,
  ensemble = new Ensemble(),
): Show {
  const show: Show = { times: [], steps: [] };
  let before: Vector3 | null = null;
  for (let tick = Math.ceil(from * DISPLAY); tick < to * DISPLAY; tick++) {
    const now = tick / DISPLAY;
    while (queue[0] && queue[0].at <= now) {
      const { frame, at } = queue.shift() as Arrival;
      buffer.push(frame, at);
    }
    if (buffer.sample(now, ensemble) === null) continue;
    const hand = handOf(ensemble);
    show.times.push((ensemble.figures[0]?.hips[0] as number) / SPEED);
    if (before) show.steps.push(hand.distanceTo(before));
    before = hand;
  }
  return show;
}

function handOf(ensemble: Ensemble): Vector3 {
  const { hips, rotations } = ensemble.figures[0] as FrameFigure;
  const arm = new Vector3(ARM, 0, 0).applyQuaternion(new Quaternion().fromArray(rotations));
  return arm.add(new Vector3().fromArray(hips));
}

/** The largest step of a hand that is shown as it was danced. */
export const LARGEST_STEP = Math.max(...stepsAsDanced());

function stepsAsDanced(): number[] {
  const hand = (time: number) => {
    const ensemble = new Ensemble();
    const at = frame(0, time);
    ensemble.interpolate(at, at, 0, 0);
    return handOf(ensemble);
  };
  return Array.from({ length: 600 }, (_, i) =>
    hand(i / DISPLAY).distanceTo(hand((i + 1) / DISPLAY)),
  );
}

/** Media seconds that passed from each display to the next, as a share of real ones. */
export function rates(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => (time - (times[i] ?? 0)) * DISPLAY);
}

/** The same numbers at each run, spread over [0, 1). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
