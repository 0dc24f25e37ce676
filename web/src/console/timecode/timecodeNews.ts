import { positionAt, type Timecode } from "./timecode";

/** A longer silence means that the machine stands, seconds. */
export const SILENCE = 0.25;
/** While it runs evenly it is told this often, seconds. */
const TELL_EVERY = 1;
/** A time that is farther off than this is a jump, seconds. */
const JUMP = 0.06;

/** Tells of a timecode that comes many times a second only what is new. */
export class TimecodeNews {
  private heard = Number.NEGATIVE_INFINITY;
  private told: Timecode | null = null;

  /** Notes that the machine gives signs of running, whether or not they tell a time yet. */
  hear(now: number): void {
    this.heard = now;
  }

  /** Whether there were signs within the last moments. */
  runsAt(now: number): boolean {
    return now - this.heard < SILENCE;
  }

  /** Returns a timecode where it starts, turns, jumps, or was told a second ago; else null. */
  take(timecode: Timecode): Timecode | null {
    const { told } = this;
    const goesOn =
      told?.speed === timecode.speed &&
      timecode.at - told.at < TELL_EVERY &&
      Math.abs(positionAt(told, timecode.at) - timecode.position) < JUMP;
    return goesOn ? null : this.tell(timecode);
  }

  /** Returns a timecode, whether it is new or not. */
  tell(timecode: Timecode): Timecode {
    this.told = timecode;
    return timecode;
  }

  /** Tells that it stands, once, when there are no signs any more. */
  standsAt(now: number): Timecode | null {
    const { told } = this;
    if (told === null || told.speed === 0 || this.runsAt(now)) return null;
    return this.tell({ position: positionAt(told, this.heard), speed: 0, at: now });
  }
}
