import chosenColours from "../../../motion/emotion_colours.json";

/** Chosen by eye; a label that is not here gets a hue of its own. */
const CHOSEN: Readonly<Record<string, { accent: string; light: string }>> = chosenColours;

/**
 * Returns the colours of an emotion label as style sheets write them, the accent first; the same
 * label always has the same.
 */
export function emotionColours(label: string): readonly [accent: string, light: string] {
  const chosen = Object.hasOwn(CHOSEN, label) ? CHOSEN[label] : undefined;
  if (chosen) return [chosen.accent, chosen.light];
  const hue = hueOf(label);
  return [`hsl(${hue}, 52%, 60%)`, `hsl(${hue}, 100%, 90%)`];
}

/** Returns degrees. */
function hueOf(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}
