import { decay } from "../motion/decay";
import type { ShotName } from "./shots";

/** What the director sees of a moment. */
export interface Scene {
  /** Mean speed of the dancers' joints, m/s. */
  readonly speed: number;
  /** How far dancers are to either side of their middle, metres. */
  readonly spread: number;
  /** Phase of the bar, 0 to 1; not a number without a beat. */
  readonly bar: number;
  /** Pace of the emotion; 1 is usual. */
  readonly pace: number;
}

/** What to show from now on, and whether to cut to it or to move. */
export interface Direction {
  readonly shot: ShotName;
  readonly cut: boolean;
}

const SPEED_HALF_LIFE = 1.2;
const PHRASE_HALF_LIFE = 6;
/** How long a shot stands at least and at most at a usual pace, seconds. */
const SHORTEST = 7;
const LONGEST = 15;
/** Share of the usual speed below which a phrase is at its end. */
const LULL = 0.65;
/** Speeds at which a dance is calm and wild, m/s. */
const CALM = 0.25;
const WILD = 0.8;
/** Beyond it dancers do not fit a close picture, metres. */
const NARROW = 0.3;
const CALM_SHOTS: readonly ShotName[] = ["close", "high", "side", "close", "wide"];
const USUAL_SHOTS: readonly ShotName[] = ["wide", "side", "low", "close", "high"];
const WILD_SHOTS: readonly ShotName[] = ["wide", "low", "side"];

/**
 * Chooses how to look at a dance: by its energy, at the end of its phrases, on the bar if there is
 * one. Knows no clock and no chance: the same dance is shown in the same way.
 */
export class ShotDirector {
  private shot: ShotName = "wide";
  private since = 0;
  private turn = 0;
  private speed = 0;
  private usualSpeed = 0;
  private bar = Number.NaN;

  /**
   * Looks at the next moment.
   *
   * @returns Another shot if there is to be one, else null.
   */
  direct(scene: Scene, seconds: number): Direction | null {
    this.since += seconds;
    this.speed = approach(this.speed, scene.speed, SPEED_HALF_LIFE, seconds);
    this.usualSpeed = approach(this.usualSpeed, scene.speed, PHRASE_HALF_LIFE, seconds);
    const onBar = scene.bar < this.bar;
    this.bar = scene.bar;
    if (!this.isKept(scene)) return this.change("wide", false);
    const age = this.since * scene.pace;
    if (age < SHORTEST) return null;
    const hasBeat = !Number.isNaN(scene.bar);
    const due = hasBeat ? onBar : this.speed < LULL * this.usualSpeed || age > LONGEST;
    return due ? this.change(this.next(scene), hasBeat) : null;
  }

  /** A close picture holds neither leaps nor several dancers. */
  private isKept({ speed, spread }: Scene): boolean {
    return this.shot !== "close" || (speed < 2 * WILD && this.speed < WILD && spread < NARROW);
  }

  private next({ spread }: Scene): ShotName {
    const shots = this.speed > WILD ? WILD_SHOTS : this.speed < CALM ? CALM_SHOTS : USUAL_SHOTS;
    const fitting = shots.filter(
      (shot) => shot !== this.shot && (shot !== "close" || spread < NARROW),
    );
    return fitting[this.turn++ % fitting.length] ?? "wide";
  }

  private change(shot: ShotName, cut: boolean): Direction {
    this.shot = shot;
    this.since = 0;
    return { shot, cut };
  }
}

function approach(from: number, goal: number, halfLife: number, seconds: number): number {
  return goal + (from - goal) * decay(halfLife, seconds);
}
