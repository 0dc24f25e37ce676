import type { Beat } from "../protocol/messages";

/** Tempi that differ by less than this share are the same. */
const SAME_TEMPO = 0.03;
/** A beat that has moved by more than this share of a beat is worth telling. */
const MOVED = 0.08;

/** Lets a heard beat through when two guesses in a row agree, and only when it tells news. */
export class SteadyBeat {
  private last: Beat | null = null;
  private told: Beat | null = null;

  /** @returns The beat to follow; null to go on with the one before. */
  accept(beat: Beat): Beat | null {
    const agrees = this.last !== null && sameTempo(this.last, beat);
    this.last = beat;
    if (!agrees || (this.told && sameTempo(this.told, beat) && !hasMoved(this.told, beat)))
      return null;
    this.told = beat;
    return beat;
  }
}

function sameTempo(one: Beat, other: Beat): boolean {
  return Math.abs(one.bpm / other.bpm - 1) < SAME_TEMPO;
}

function hasMoved(told: Beat, heard: Beat): boolean {
  const beats = ((heard.at - told.at) * told.bpm) / 60;
  return Math.abs(beats - Math.round(beats)) > MOVED;
}
