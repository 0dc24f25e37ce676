/** Chosen by eye; a label that is not here gets a hue of its own. */
const CHOSEN: Readonly<Record<string, readonly [accent: string, light: string]>> = {
  neutral: ["#5d7480", "#d9e4ee"],
  happy: ["#f5a020", "#ffc27c"],
  sad: ["#3563b8", "#a9c1ff"],
  angry: ["#cf2a22", "#ff9a78"],
  proud: ["#7c3fc4", "#e6c3ff"],
  afraid: ["#2c9a86", "#c3f2e4"],
  tired: ["#80688f", "#dccfe6"],
  excited: ["#e8377f", "#ffb7d6"],
};

/**
 * Returns the colours of an emotion label as style sheets write them, the accent first; the same
 * label always has the same.
 */
export function emotionColours(label: string): readonly [accent: string, light: string] {
  const chosen = Object.hasOwn(CHOSEN, label) ? CHOSEN[label] : undefined;
  const hue = hueOf(label);
  return chosen ?? [`hsl(${hue}, 52%, 60%)`, `hsl(${hue}, 100%, 90%)`];
}

/** Returns degrees. */
function hueOf(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return sum;
}
