import type { Framing } from "../performer/framing";

/**
 * - welcome: nothing is asked for yet
 * - opening: the seat on the stage and the camera are asked for
 * - framing: the performer finds their place before the camera
 * - countdown: they have found it
 * - dancing: the duet
 * - queueing: somebody else dances; theirs is the next turn
 * - trouble: a sentence says what is wrong
 */
export type DanceState =
  | "welcome"
  | "opening"
  | "framing"
  | "countdown"
  | "dancing"
  | "queueing"
  | "trouble";

/** How long somebody must stand well before the countdown, seconds. */
const SETTLE = 1;
const COUNTDOWN = 3;
/** How long a new judgement must last before it counts; one picture may be wrong. */
const STEADY = 0.4;
/** How long a new dancer is told which figure is theirs, seconds. */
const INTRODUCTION = 6;
/** How long somebody is copied before they are invited to be surprised, seconds. */
const ACQUAINTED = 30;
/** How long a dancer is out of the picture before they are told, seconds. */
const UNSEEN = 3;

/** The performer's way from the door to the duet. */
export class DanceFlow {
  state: DanceState = "welcome";
  /** How the performer stands, as it is to be told to them. */
  framing: Framing = "nobody";
  private seen: Framing = "nobody";
  private seenSince = 0;
  private since = 0;

  /** @param now Seconds of any clock, as everywhere here. */
  enter(state: DanceState, now: number): void {
    this.state = state;
    this.since = now;
    if (state === "framing") this.restartJudgement("nobody", now);
  }

  /** Takes in how the performer stands in a picture. */
  takeFraming(framing: Framing, now: number): void {
    if (framing !== this.seen) this.restartJudgement(framing, now);
    if (now - this.seenSince >= STEADY) this.framing = framing;
    if (this.state === "framing" && this.stands(SETTLE, now)) this.enter("countdown", now);
    if (this.state === "countdown" && this.framing !== "good") this.enter("framing", now);
  }

  /** Returns what is being counted, 3 to 1; the dance begins at 0. */
  countDown(now: number): number {
    if (this.state !== "countdown") return 0;
    // A picture may begin the count a moment after the time that the screen is drawn for.
    const count = Math.ceil(COUNTDOWN - Math.max(0, now - this.since));
    if (count > 0) return count;
    this.enter("dancing", now);
    return 0;
  }

  /** Whether a dancer has been out of the picture for so long that they should know. */
  isUnseen(now: number): boolean {
    const missing = this.framing === "nobody" || this.framing === "dark";
    return this.state === "dancing" && missing && now - this.seenSince >= UNSEEN;
  }

  /** Whether a dancer has only just begun, and looks for themselves among the figures. */
  isNew(now: number): boolean {
    return this.state === "dancing" && now - this.since < INTRODUCTION;
  }

  /** Whether a dancer knows their partner well enough to let it go its own way. */
  isAcquainted(now: number): boolean {
    return this.state === "dancing" && now - this.since >= ACQUAINTED;
  }

  private stands(seconds: number, now: number): boolean {
    return this.seen === "good" && now - this.seenSince >= seconds;
  }

  private restartJudgement(framing: Framing, now: number): void {
    this.seen = framing;
    this.seenSince = now;
  }
}
