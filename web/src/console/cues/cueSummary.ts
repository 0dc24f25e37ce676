import { contentName } from "../../language/contentName";
import { emotionName } from "../../language/emotionName";
import { lookName } from "../../language/lookName";
import { texts } from "../../language/texts";
import type { Cue } from "./cueList";

/** Says what a cue does in a few words: the feeling, what is danced, the mode, the look. */
export function cueSummary({ set }: Cue): string {
  const feelings = inWords(set.emotion, emotionName);
  const contents = inWords(set.content, contentName);
  const energy = set.energy && texts.cues.energy(`${Math.round(set.energy * 100)} %`);
  const mode = set.mode && texts.mode[set.mode].title;
  const look = set.look && lookName(set.look);
  return [feelings, contents, energy, mode, look].filter(Boolean).join(" · ");
}

/** Says weights, the heaviest first. */
function inWords(
  weights: Readonly<Record<string, number>> | undefined,
  name: (label: string) => string,
): string {
  return Object.entries(weights ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([label, weight]) => `${name(label)} ${Math.round(weight * 100)} %`)
    .join(" + ");
}
