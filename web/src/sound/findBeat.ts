import { onsetStrength } from "./onsetStrength";

/** A beat as it is heard. */
export interface HeardBeat {
  readonly bpm: number;
  /** Where the first beat is, seconds from the beginning of the sound. */
  readonly offset: number;
}

/** Moments per second in which onsets are told apart. */
const RATE = 100;
const SLOWEST = 60;
const QUICKEST = 200;
/** The tempo that people tap to rather than to its half or double, and how sure that is, octaves. */
const USUAL = 120;
const OCTAVES = 0.9;
/** Beats over which the tempo is measured exactly. */
const SPAN = 4;
/** How alike the sound must be a beat later, from 0 to 1; noise stays below. */
const CLEAR = 0.15;

/**
 * Finds the beat in some seconds of music; null when there is no clear one.
 *
 * The tempo is the delay at which onsets resemble themselves most; the beat lies where a comb of
 * that tempo meets the most onsets.
 *
 * @param samples In [-1, 1], at least 5 s of them.
 * @param rate Samples per second.
 *
 * References: D. P. W. Ellis, "Beat Tracking by Dynamic Programming", JNMR 36, 2007.
 */
export function findBeat(samples: Float32Array, rate: number): HeardBeat | null {
  const onsets = onsetStrength(samples, rate, RATE);
  const mean = onsets.reduce((sum, onset) => sum + onset, 0) / onsets.length;
  const centred = soften(onsets.map((onset) => onset - mean));
  const likeness = (lag: number) => correlate(centred, lag);
  const energy = likeness(0);
  const lag = likeliestLag(likeness);
  if (!(energy > 0) || likeness(lag) < CLEAR * energy) return null;
  const period = peakNear(likeness, SPAN * lag, SPAN) / SPAN;
  return { bpm: (60 * RATE) / period, offset: bestPhase(onsets, period) / RATE };
}

/** Spreads each onset over its neighbours, so that beats between two moments meet as well. */
function soften(onsets: Float32Array): Float32Array {
  const at = (i: number) => onsets[i] ?? 0;
  return onsets.map((onset, i) => 0.25 * at(i - 1) + 0.5 * onset + 0.25 * at(i + 1));
}

/** Mean product of values so many moments apart, of those that overlap. */
function correlate(values: Float32Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) {
    sum += (values[i] as number) * (values[i - lag] as number);
  }
  return sum / (values.length - lag);
}

function likeliestLag(likeness: (lag: number) => number): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let lag = (60 * RATE) / QUICKEST; lag <= (60 * RATE) / SLOWEST; lag++) {
    const octaves = Math.log2((60 * RATE) / lag / USUAL);
    // A true beat is also alike two beats later, and less so half a beat later.
    const alike = likeness(lag) + likeness(2 * lag) - 0.5 * likeness(Math.round(lag / 2));
    const score = alike * Math.exp(-0.5 * (octaves / OCTAVES) ** 2);
    if (score > most) [best, most] = [lag, score];
  }
  return best;
}

/** Finds the top of a hill near a place, between the whole numbers. */
function peakNear(likeness: (lag: number) => number, near: number, reach: number): number {
  let top = near;
  for (let lag = near - reach; lag <= near + reach; lag++) {
    if (likeness(lag) > likeness(top)) top = lag;
  }
  const [before, at, after] = [likeness(top - 1), likeness(top), likeness(top + 1)];
  const bend = before - 2 * at + after;
  return bend < 0 ? top + (0.5 * (before - after)) / bend : top;
}

/** Moments before the first beat. */
function bestPhase(onsets: Float32Array, period: number): number {
  let [best, most] = [0, Number.NEGATIVE_INFINITY];
  for (let phase = 0; phase < period; phase++) {
    let sum = 0;
    for (let at = phase; at < onsets.length; at += period) sum += onsets[Math.round(at)] ?? 0;
    if (sum > most) [best, most] = [phase, sum];
  }
  return best;
}
