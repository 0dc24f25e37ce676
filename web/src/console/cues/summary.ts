import type { Cue } from "./cueList";

/** Says what a cue does in a few words: the feeling, the mode, the look. */
export function summary({ set }: Cue): string {
  const feelings = Object.entries(set.emotion ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([label, weight]) => `${label} ${Math.round(weight * 100)} %`);
  const energy = set.energy === undefined ? "" : `energy ${Math.round(set.energy * 100)} %`;
  return [feelings.join(" + "), energy, set.mode, set.look].filter(Boolean).join(" · ");
}
