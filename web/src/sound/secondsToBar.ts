import type { Beat } from "../protocol/messages";

/** As good as on the beat already, seconds. */
const HERE = 0.02;

/**
 * Returns how long it is until the next beat or bar, seconds; a bar begins at the beat's own time.
 *
 * @param now Seconds of the beat's clock.
 * @param beats How many beats lie between two moments that count: 1, or 4 for the bar.
 */
export function secondsToBar({ bpm, at }: Beat, now: number, beats: 1 | 4 = 4): number {
  const bar = (beats * 60) / bpm;
  const since = (((now - at) % bar) + bar) % bar;
  return since < HERE ? 0 : bar - since;
}
