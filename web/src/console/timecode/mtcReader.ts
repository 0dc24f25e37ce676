import { DAY, secondsOf, type Timecode } from "./timecode";
import { TimecodeNews } from "./timecodeNews";

/** Frames a second by the two bits that tell the rate. */
const RATES = [24, 25, 30, 30];
/** Quarter frames that tell a time together; they take two frames. */
const PIECES = 8;

/** Reads MIDI timecode, quarter frames and full ones: bytes and times in, positions out. */
export class MtcReader {
  private readonly pieces: number[] = [];
  private last = -1;
  /** Direction of the newest pieces; 0 while it is not known. */
  private speed: Timecode["speed"] = 0;
  /** How many pieces came in a row. */
  private run = 0;
  private readonly news = new TimecodeNews();

  /**
   * Takes in a message.
   *
   * @param data One MIDI message; those that are no timecode are ignored.
   * @param now When it came, seconds of the page's clock.
   * @returns The timecode where there is news: it starts, turns, jumps, or was told a second ago.
   */
  receive(data: ArrayLike<number>, now: number): Timecode | null {
    if (data[0] === 0xf1 && data.length === 2) return this.quarterFrame(data[1] ?? 0, now);
    if (!isFullFrame(data)) return null;
    const position = fullPosition(data);
    return position === null ? null : this.news.tell({ position, speed: 0, at: now });
  }

  /** Tells that it stands, once, when no quarter frame comes any more. */
  standsAt(now: number): Timecode | null {
    return this.news.standsAt(now);
  }

  private quarterFrame(byte: number, now: number): Timecode | null {
    const piece = (byte >> 4) & 7;
    this.countRun(piece, now);
    this.pieces[piece] = byte & 15;
    const { speed } = this;
    const isEnd = piece === (speed === 1 ? PIECES - 1 : 0);
    if (speed === 0 || !isEnd || this.run < PIECES) return null;
    const position = piecesPosition(this.pieces, speed);
    return position === null ? null : this.news.take({ position, speed, at: now });
  }

  /** Counts pieces in a row: a time put together of some from before a gap or a turn is wrong. */
  private countRun(piece: number, now: number): void {
    const step = (piece - this.last + PIECES) % PIECES;
    const speed = step === 1 ? 1 : step === PIECES - 1 ? -1 : 0;
    const follows = this.news.runsAt(now) && speed !== 0;
    const turns = this.speed !== 0 && this.speed !== speed;
    this.run = follows && !turns ? this.run + 1 : 1;
    this.speed = follows ? speed : 0;
    this.last = piece;
    this.news.hear(now);
  }
}

function isFullFrame(data: ArrayLike<number>): boolean {
  const [start, universal, , kind, full] = Array.from(data);
  const isTimecode = start === 0xf0 && universal === 0x7f && kind === 1 && full === 1;
  return isTimecode && data.length === 10 && data[9] === 0xf7;
}

function fullPosition(data: ArrayLike<number>): number | null {
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = Array.from(data).slice(5, 9);
  return secondsOf([hours & 31, minutes, seconds, frames], RATES[(hours >> 5) & 3] ?? 30);
}

/**
 * The time that eight quarter frames tell. They name the time at their first piece, which forward is
 * seven quarters of a frame ago, and in reverse has just come.
 */
function piecesPosition(pieces: readonly number[], speed: -1 | 1): number | null {
  const [f = 0, ff = 0, s = 0, ss = 0, m = 0, mm = 0, h = 0, hh = 0] = pieces;
  const [rate, hours] = [(hh >> 1) & 3, h + 16 * (hh & 1)];
  const fps = RATES[rate] ?? 30;
  const position = secondsOf([hours, m + 16 * mm, s + 16 * ss, f + 16 * ff], fps);
  const since = speed === 1 ? 7 / 4 / fps : 0;
  return position === null ? null : Math.min(position + since, DAY - 1e-3);
}
