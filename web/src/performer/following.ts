import type { Landmarks } from "../protocol/encodeLandmarks";
import type { Region } from "./region";
import {
  areTwins,
  assigned,
  doubtOf,
  expectedRegion,
  type Find,
  isNear,
  KEPT,
  met,
  missed,
  newTrack,
  regionsOf,
  STRANGER,
  type Track,
} from "./track";

/** Seconds between searches while somebody is followed and there may be more. */
const LOOK = 0.2;

/** See people in one picture. */
export interface Eyes {
  /** Returns where people are, the surest first. */
  search(): Promise<Region[]>;
  /**
   * Returns how somebody stands, or null if they are not there.
   *
   * @param region Where to look for them.
   * @param before How those stand who may hide them, and are not to be seen.
   * @param behind How those stood last who may show behind them, nor are they.
   */
  see(
    track: Track,
    region: Region,
    before: readonly Landmarks[],
    behind: readonly Landmarks[],
  ): Promise<Find | null>;
}

/**
 * Follows people from picture to picture, by what eyes see: `server/capture/pose_following.py` tells
 * how, and a golden case holds both to the same.
 */
export class Following {
  /** All who are followed, those hidden included. */
  tracks: readonly Track[] = [];
  private count = 0;
  private looked = Number.NEGATIVE_INFINITY;
  private before = Number.NEGATIVE_INFINITY;

  constructor(private readonly people: number) {}

  /**
   * Returns who is in a picture.
   *
   * @param time When it was taken, seconds; grows from picture to picture.
   */
  async update(eyes: Eyes, time: number): Promise<Track[]> {
    await this.look(eyes, time);
    const seconds = Math.min(Math.max(time - this.before, 0), 1);
    this.before = time;
    const found = assigned(await this.findEach(eyes, seconds), this.tracks);
    // Somebody was lost, and may soon be found elsewhere.
    if (found.size < this.tracks.length) this.looked -= LOOK / 2;
    this.tracks = this.goneOn(found, seconds);
    return this.shown.filter(({ believed }) => believed);
  }

  private get shown(): Track[] {
    return this.tracks.filter(({ hidden }) => hidden === 0);
  }

  /** Searches the picture for people who are not followed yet, when it is time to. */
  private async look(eyes: Eyes, now: number): Promise<void> {
    const isFull = this.shown.length >= this.people;
    if (isFull && !this.tracks.some((track) => this.isCrowded(track))) return;
    const passed = now - this.looked;
    if (this.shown.length > 0 && passed >= 0 && passed < LOOK) return;
    this.looked = now;
    this.anchor(await eyes.search());
  }

  /** Follows strangers too, and looks for those who are pressed where they were found. */
  private anchor(found: readonly Region[]): void {
    const here = this.tracks.filter((track) => track.hidden === 0 || this.isCrowded(track));
    const known = regionsOf(found, here);
    const tracks = this.tracks.map((track) => {
      const region = found[known.get(track.number) ?? -1];
      return region && (track.hidden > 0 || this.isCrowded(track)) ? { ...track, region } : track;
    });
    const taken = new Set(known.values());
    const room = Math.max(this.people - this.shown.length, 0);
    const strangers = found.filter((_, row) => !taken.has(row)).slice(0, room);
    this.tracks = [...tracks, ...strangers.map((region) => newTrack(this.nextNumber(), region))];
  }

  private nextNumber(): number {
    this.count = (this.count % 255) + 1;
    return this.count;
  }

  /** Tells whether somebody else is very near. */
  private isCrowded(track: Track): boolean {
    return this.tracks.some((other) => other !== track && isNear(track, other));
  }

  /** Returns who is found, by number, seconds after the picture before; the foremost first. */
  private async findEach(eyes: Eyes, seconds: number): Promise<Map<number, Find>> {
    const finds = new Map<number, Find>();
    const order = [...this.tracks].sort(inFront);
    for (const track of order) {
      const others = order.filter((other) => other !== track && isNear(track, other));
      // Nobody hides them: they have gone.
      if (track.hidden > 0 && others.length === 0) continue;
      const before = others.flatMap((o) => finds.get(o.number)?.landmarks ?? []);
      const rest = others.filter((o) => !finds.has(o.number) && o.believed && o.hidden === 0);
      const behind = rest.flatMap((o) => o.landmarks ?? []);
      const isPressed = before.length > 0 || behind.length > 0;
      const region = isPressed ? expectedRegion(track, seconds) : track.region;
      const find = await eyes.see(track, region, before, behind);
      if (find === null || [...finds.values()].some((other) => areTwins(find, other))) continue;
      if (doubtOf(track, find) < STRANGER) finds.set(track.number, find);
    }
    return finds;
  }

  /** Returns who is still followed, seconds after the picture before. */
  private goneOn(found: ReadonlyMap<number, Find>, seconds: number): Track[] {
    return this.tracks.flatMap((track) => {
      const find = found.get(track.number);
      if (find) return met(track, find, seconds, this.isCrowded(track));
      const isWaitedFor = track.believed && track.hidden + seconds < KEPT;
      return isWaitedFor ? missed(track, Math.max(seconds, 1e-3)) : [];
    });
  }
}

/** Orders tracks: who is believed, shows, and is covered least comes first. */
function inFront(one: Track, other: Track): number {
  return (
    Number(other.believed) - Number(one.believed) ||
    Number(one.hidden > 0) - Number(other.hidden > 0) ||
    one.covered - other.covered
  );
}
