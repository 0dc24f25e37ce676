import type { Beat } from "../protocol/messages";

const BEATS = 4;
/** As good as on the bar already, seconds. */
const HERE = 0.02;

/**
 * Returns how long it is until the next bar, seconds; a bar begins at the beat's own time.
 *
 * @param now Seconds of the beat's clock.
 */
export function secondsToBar({ bpm, at }: Beat, now: number): number {
  const bar = (BEATS * 60) / bpm;
  const since = (((now - at) % bar) + bar) % bar;
  return since < HERE ? 0 : bar - since;
}
