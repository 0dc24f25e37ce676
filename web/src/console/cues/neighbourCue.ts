import type { Cue, CueList } from "./cueList";

/**
 * Finds the cue beside the one that went last.
 *
 * @param step 1: after it, the first before the show; -1: before it.
 * @returns Null at either end.
 */
export function neighbourCue({ cues, current }: CueList, step: 1 | -1): Cue | null {
  return cues[cues.findIndex(({ id }) => id === current) + step] ?? null;
}
