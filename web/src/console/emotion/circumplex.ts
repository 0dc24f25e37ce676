import type { EmotionPoint } from "../emotion/emotionPoint";

/** How far from the middle of the pad labels lie. */
const RADIUS = 0.78;
/** In the middle: no feeling more than another. */
const MIDDLE: readonly string[] = ["neutral", "none"];

/**
 * Degrees from pleasant, over lively, against the clock.
 *
 * J. A. Russell, "A circumplex model of affect", Journal of Personality and Social Psychology 39,
 * 1980, as scaled in its figure 2; `proud` is not among its words and lies where `delighted` does.
 */
const DEGREES: Readonly<Record<string, number>> = {
  happy: 7.8,
  joyful: 7.8,
  proud: 24.9,
  delighted: 24.9,
  excited: 48.6,
  astonished: 69.8,
  surprised: 69.8,
  aroused: 73.8,
  tense: 92.8,
  angry: 99,
  afraid: 116,
  annoyed: 123,
  distressed: 138,
  frustrated: 141,
  miserable: 188.7,
  sad: 207.5,
  gloomy: 209,
  depressed: 210,
  bored: 242,
  droopy: 256.7,
  tired: 267.7,
  sleepy: 271.9,
  calm: 316.2,
  relaxed: 318,
  content: 323.1,
  serene: 328.6,
  glad: 349,
  pleased: 353.2,
};

/**
 * Places emotions by valence and arousal; each that Russell does not know, or whose place is taken,
 * goes into the middle of the widest gap that is left.
 *
 * @param labels Labels of the emotions.
 * @returns Their places, in the same order; no two are the same.
 */
export function circumplex(labels: readonly string[]): EmotionPoint[] {
  const degrees = new Map<string, number>();
  for (const label of labels) {
    const known = Object.hasOwn(DEGREES, label) ? DEGREES[label] : undefined;
    const taken = known === undefined || [...degrees.values()].includes(known);
    if (!taken) degrees.set(label, known);
  }
  const middle = labels.find((label) => MIDDLE.includes(label));
  for (const label of labels) {
    if (label === middle || degrees.has(label)) continue;
    degrees.set(label, widestGap([...degrees.values()]));
  }
  return labels.map((label) => {
    const angle = degrees.get(label);
    return angle === undefined ? { valence: 0, arousal: 0 } : onCircle(angle);
  });
}

function onCircle(degrees: number): EmotionPoint {
  const angle = (degrees * Math.PI) / 180;
  return { valence: RADIUS * Math.cos(angle), arousal: RADIUS * Math.sin(angle) };
}

/** Middle of the widest gap between angles in degrees. */
function widestGap(taken: readonly number[]): number {
  const sorted = [...taken].sort((a, b) => a - b);
  let [start, width] = [90, 0];
  sorted.forEach((from, i) => {
    const to = sorted[i + 1] ?? (sorted[0] as number) + 360;
    if (to - from > width) [start, width] = [from, to - from];
  });
  return (start + width / 2) % 360;
}
