import type { ImagePoint, Landmarks } from "../protocol/encodeLandmarks";
import { type Colours, unlike } from "./appearance";
import { cheapestPairs } from "./cheapestPairs";
import { distance, middle, type Region, sidesApart } from "./region";

// The rules and constants of `server/capture/pose_tracks.py`; a golden case holds both to the same.

/** Seconds for which somebody hidden is waited for. */
export const KEPT = 1.5;
/** Seconds of being followed after which a newcomer in a crowd is believed to be one. */
const DOUBT = 0.5;
/** Trunk lengths within which two bodies are one, found twice. */
const TWIN = 0.4;
/** Sides of a region within which one that is found is of who is followed there. */
const SAME = 0.25;
/** Sides of a region within which somebody else's may hide who is in it. */
const CROWDED = 0.35;
/**
 * How unlike the colours of somebody hidden may be who shows again, or of somebody beside whom
 * another is more like them; and how doubtful anybody.
 */
const STRANGE = 0.6;
export const STRANGER = 1.2;
/** Seconds after which a change of colours, and who is in front of whom, are taken in by two thirds. */
const FADE = 0.5;
const COVERED = 0.1;
/** Seconds over which a velocity is told. */
const HEADING = 0.2;
/** Seconds in which somebody hidden is expected to lose half of their speed. */
const HALTS = 0.5;

/** Corners of the trunk. */
export const TRUNK = [11, 12, 23, 24];

/** A body found in a picture. */
export interface Find {
  /** Where to look for it in the next one. */
  readonly region: Region;
  readonly landmarks: Landmarks;
  /** The colours of its trunk; null where they do not show. */
  readonly worn: Colours | null;
}

/** Somebody who is followed. */
export interface Track {
  /** 1 to 255. */
  readonly number: number;
  readonly region: Region;
  /** How they stood last; null before they were found. */
  readonly landmarks: Landmarks | null;
  readonly worn: Colours | null;
  /** Picture heights per second. */
  readonly velocity: ImagePoint;
  /** How unlike their own the colours on their trunk are of late, 0 to 1: more for one behind. */
  readonly covered: number;
  /** Seconds for which they have not been found; 0 if they were in the last picture. */
  readonly hidden: number;
  /** Seconds for which they were found. */
  readonly followed: number;
  /** Whether there is somebody, as far as one can tell. */
  readonly believed: boolean;
}

export function newTrack(number: number, region: Region): Track {
  const unknown = { landmarks: null, worn: null, velocity: { x: 0, y: 0 } };
  return { number, region, ...unknown, covered: 0, hidden: 0, followed: 0, believed: false };
}

/** Tells whether one of the two may hide the other. */
export function isNear(one: Track, other: Track): boolean {
  return sidesApart(one.region, other.region) < CROWDED;
}

/** Returns how little a body may be theirs: how unlike its colours, and how far away. */
export function doubtOf(track: Track, find: Find): number {
  const other = unlikeness(track, find);
  if (track.hidden > 0 && other > STRANGE) return STRANGER;
  return other + sidesApart(find.region, track.region);
}

function unlikeness({ worn }: Track, find: Find): number {
  return worn === null || find.worn === null ? 0 : unlike(worn, find.worn);
}

/** Returns where to look for them, seconds after the last picture. */
export function expectedRegion({ region, velocity }: Track, seconds: number): Region {
  const { x, y } = region.centre;
  return { ...region, centre: { x: x + seconds * velocity.x, y: y + seconds * velocity.y } };
}

/**
 * Returns the same as found again.
 *
 * @param seconds Since the picture before.
 * @param crowded Whether the body's colours may be somebody else's in part.
 */
export function met(track: Track, find: Find, seconds: number, crowded: boolean): Track {
  const followed = track.followed + seconds;
  const change = unlikeness(track, find) - track.covered;
  return {
    number: track.number,
    region: find.region,
    landmarks: find.landmarks,
    worn: wornNow(track, find, crowded ? 0 : seconds),
    velocity: velocityNow(track, find, seconds),
    covered: track.covered + share(seconds / COVERED) * change,
    hidden: 0,
    followed,
    believed: track.believed || !crowded || followed >= DOUBT,
  };
}

/** Returns the same as not found, seconds after the picture before. */
export function missed(track: Track, seconds: number): Track {
  const slower = 0.5 ** (seconds / HALTS);
  const velocity = { x: track.velocity.x * slower, y: track.velocity.y * slower };
  return {
    ...track,
    region: expectedRegion(track, seconds),
    velocity,
    hidden: track.hidden + seconds,
  };
}

function wornNow({ worn }: Track, find: Find, seconds: number): Colours | null {
  if (worn === null || find.worn === null) return worn ?? find.worn;
  const fresh = find.worn;
  return Array.from(worn, (old, i) => old + share(seconds / FADE) * ((fresh[i] as number) - old));
}

function velocityNow({ velocity, region, hidden }: Track, find: Find, seconds: number): ImagePoint {
  if (seconds <= 0 || hidden > 0) return velocity;
  const part = share(seconds / HEADING);
  const eased = (axis: "x" | "y") => {
    const moved = (find.region.centre[axis] - region.centre[axis]) / seconds;
    return velocity[axis] + part * (moved - velocity[axis]);
  };
  return { x: eased("x"), y: eased("y") };
}

/**
 * Returns the body of everybody who was found, by number.
 *
 * @param finds Bodies, by the number of the track whose region showed them.
 * @param tracks All; the body of a newcomer who is not believed yet may be of somebody known.
 */
export function assigned(
  finds: ReadonlyMap<number, Find>,
  tracks: readonly Track[],
): Map<number, Find> {
  const known = tracks.filter(({ believed }) => believed);
  const bodies = [...finds.values()];
  const doubts = known.map((track) => bodies.map((body) => doubtAmong(track, body, known)));
  const theirs = new Map<number, Find>();
  for (const [row, at] of cheapestPairs(doubts)) {
    if ((doubts[row]?.[at] ?? STRANGER) >= STRANGER) continue;
    theirs.set((known[row] as Track).number, bodies[at] as Find);
  }
  const taken = new Set(theirs.values());
  for (const { number, believed } of tracks) {
    const find = finds.get(number);
    if (!believed && find && !taken.has(find)) theirs.set(number, find);
  }
  return theirs;
}

/** Returns how little a body may be theirs; not at all if strange, and more like who is near. */
function doubtAmong(track: Track, body: Find, known: readonly Track[]): number {
  const own = unlikeness(track, body);
  const others = known.filter((other) => other !== track && isNear(track, other));
  const isAnothers = own > STRANGE && others.some((other) => unlikeness(other, body) < own);
  return isAnothers ? STRANGER : doubtOf(track, body);
}

/** Returns, by the number of a track, which region that was found is theirs; each of one. */
export function regionsOf(found: readonly Region[], tracks: readonly Track[]): Map<number, number> {
  const off = tracks.map(({ region }) => found.map((other) => sidesApart(other, region)));
  const pairs = cheapestPairs(off).filter(([row, at]) => (off[row]?.[at] ?? SAME) < SAME);
  return new Map(pairs.map(([row, at]) => [(tracks[row] as Track).number, at]));
}

/** Tells whether two bodies are one, by the mean distance of the corners of their trunks. */
export function areTwins(one: Find, other: Find): boolean {
  const [a, b] = [one.landmarks.image, other.landmarks.image];
  const apart = TRUNK.reduce(
    (sum, i) => sum + distance(a[i] as ImagePoint, b[i] as ImagePoint) / TRUNK.length,
    0,
  );
  return apart <= TWIN * Math.max(trunkLength(a), trunkLength(b), 1e-6);
}

/** Returns how far shoulders and hips are apart, in units of the landmarks. */
export function trunkLength(image: readonly ImagePoint[]): number {
  return distance(middle(image, TRUNK.slice(0, 2)), middle(image, TRUNK.slice(2)));
}

function share(passed: number): number {
  return 1 - Math.exp(-passed);
}
