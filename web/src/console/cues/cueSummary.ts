import { emotionName } from "../../language/emotionName";
import { lookName } from "../../language/lookName";
import { texts } from "../../language/texts";
import type { Cue } from "./cueList";

/** Says what a cue does in a few words: the feeling, the mode, the look. */
export function cueSummary({ set }: Cue): string {
  const feelings = Object.entries(set.emotion ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([label, weight]) => `${emotionName(label)} ${Math.round(weight * 100)} %`);
  const energy = set.energy && texts.cues.energy(`${Math.round(set.energy * 100)} %`);
  const mode = set.mode && texts.mode[set.mode].title;
  const look = set.look && lookName(set.look);
  return [feelings.join(" + "), energy, mode, look].filter(Boolean).join(" · ");
}
