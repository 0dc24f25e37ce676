/** Where a timecode is. */
export interface Timecode {
  /** Seconds since midnight. */
  readonly position: number;
  /** 1 where it runs forward, -1 in reverse, 0 where it stands. */
  readonly speed: -1 | 0 | 1;
  /** When it was there, seconds of the page's clock. */
  readonly at: number;
}

/** Frames a second by the two bits that tell the rate. */
const RATES = [24, 25, 30, 30];
/** Quarter frames that tell a time together; they take two frames. */
const PIECES = 8;
/** A longer silence means that the machine stands, seconds. */
const SILENCE = 0.25;
/** While it runs evenly it is told this often, seconds. */
const TELL_EVERY = 1;
/** A time that is farther off than this is a jump, seconds. */
const JUMP = 0.06;
const DAY = 24 * 3600;

/** Reads MIDI timecode, quarter frames and full ones: bytes and times in, positions out. */
export class TimecodeReader {
  private readonly pieces: number[] = [];
  private last = -1;
  /** Direction of the newest pieces; 0 while it is not known. */
  private speed: Timecode["speed"] = 0;
  /** How many pieces came in a row. */
  private run = 0;
  private heard = Number.NEGATIVE_INFINITY;
  private told: Timecode | null = null;

  /**
   * Takes in a message.
   *
   * @param data One MIDI message; those that are no timecode are ignored.
   * @param now When it came, seconds of the page's clock.
   * @returns The timecode where there is news: it starts, turns, jumps, or was told a second ago.
   */
  receive(data: ArrayLike<number>, now: number): Timecode | null {
    if (data[0] === 0xf1 && data.length === 2) return this.quarterFrame(data[1] ?? 0, now);
    return isFullFrame(data) ? this.tell(fullPosition(data), 0, now) : null;
  }

  /** Tells that it stands, once, when no quarter frame comes any more. */
  standsAt(now: number): Timecode | null {
    const { told } = this;
    if (told === null || told.speed === 0 || now - this.heard < SILENCE) return null;
    return this.tell(positionAt(told, this.heard), 0, now);
  }

  private quarterFrame(byte: number, now: number): Timecode | null {
    const piece = (byte >> 4) & 7;
    this.countRun(piece, now);
    this.pieces[piece] = byte & 15;
    const { speed } = this;
    const isEnd = piece === (speed === 1 ? PIECES - 1 : 0);
    if (speed === 0 || !isEnd || this.run < PIECES) return null;
    const position = piecesPosition(this.pieces, speed);
    return position === null ? null : this.newsOf(position, speed, now);
  }

  /** Counts pieces in a row: a time put together of some from before a gap or a turn is wrong. */
  private countRun(piece: number, now: number): void {
    const step = (piece - this.last + PIECES) % PIECES;
    const speed = step === 1 ? 1 : step === PIECES - 1 ? -1 : 0;
    const follows = now - this.heard < SILENCE && speed !== 0;
    const turns = this.speed !== 0 && this.speed !== speed;
    this.run = follows && !turns ? this.run + 1 : 1;
    this.speed = follows ? speed : 0;
    this.last = piece;
    this.heard = now;
  }

  private newsOf(position: number, speed: -1 | 1, now: number): Timecode | null {
    const { told } = this;
    const goesOn =
      told?.speed === speed &&
      now - told.at < TELL_EVERY &&
      Math.abs(positionAt(told, now) - position) < JUMP;
    return goesOn ? null : this.tell(position, speed, now);
  }

  private tell(position: number | null, speed: -1 | 0 | 1, at: number): Timecode | null {
    if (position === null) return null;
    this.told = { position, speed, at };
    return this.told;
  }
}

function positionAt({ position, speed, at }: Timecode, now: number): number {
  return Math.min(DAY - 1e-3, Math.max(0, position + speed * (now - at)));
}

function isFullFrame(data: ArrayLike<number>): boolean {
  const [start, universal, , kind, full] = Array.from(data);
  const isTimecode = start === 0xf0 && universal === 0x7f && kind === 1 && full === 1;
  return isTimecode && data.length === 10 && data[9] === 0xf7;
}

function fullPosition(data: ArrayLike<number>): number | null {
  const [hours = 0, minutes = 0, seconds = 0, frames = 0] = Array.from(data).slice(5, 9);
  return seconds24(hours & 31, minutes, seconds, frames, (hours >> 5) & 3);
}

/**
 * The time that eight quarter frames tell. They name the time at their first piece, which forward is
 * seven quarters of a frame ago, and in reverse has just come.
 */
function piecesPosition(pieces: readonly number[], speed: -1 | 1): number | null {
  const [f = 0, ff = 0, s = 0, ss = 0, m = 0, mm = 0, h = 0, hh = 0] = pieces;
  const [rate, hours] = [(hh >> 1) & 3, h + 16 * (hh & 1)];
  const position = seconds24(hours, m + 16 * mm, s + 16 * ss, f + 16 * ff, rate);
  const since = speed === 1 ? 7 / 4 / (RATES[rate] ?? 30) : 0;
  return position === null ? null : Math.min(position + since, DAY - 1e-3);
}

/** Seconds since midnight as the digits of a timecode say; null where they are no time. */
function seconds24(
  hours: number,
  minutes: number,
  seconds: number,
  frames: number,
  rate: number,
): number | null {
  const fps = RATES[rate] ?? 30;
  if (hours > 23 || minutes > 59 || seconds > 59 || frames >= fps) return null;
  return hours * 3600 + minutes * 60 + seconds + frames / fps;
}
