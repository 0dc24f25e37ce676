import type { Cue } from "./cueList";

/** Moves a cue up (-1) or down (1) in a list; one that is at the end already stays. */
export function moveCue(cues: readonly Cue[], id: string, step: 1 | -1): Cue[] {
  const at = cues.findIndex((cue) => cue.id === id);
  const cue = cues[at];
  const rest = cues.filter((other) => other !== cue);
  return cue ? rest.toSpliced(Math.max(0, at + step), 0, cue) : rest;
}
