/** A GO of MIDI Show Control. */
export interface ShowControlGo {
  /** Number of the cue, such as `10.5`; null for the next one. */
  readonly cue: string | null;
}

const GO = 0x01;
/** Numbers of cues are digits and points. */
const NUMBER = /^[0-9.]{1,32}$/;

/**
 * Reads a GO of MIDI Show Control: `F0 7F device 02 format 01 cue 00 list F7`.
 *
 * @returns Null for all other messages.
 */
export function parseShowControl(data: ArrayLike<number>): ShowControlGo | null {
  const bytes = Array.from(data);
  const [start, universal, , kind, , command] = bytes;
  if (start !== 0xf0 || universal !== 0x7f || kind !== 2 || command !== GO) return null;
  if (bytes.at(-1) !== 0xf7) return null;
  const body = bytes.slice(6, -1);
  const end = body.indexOf(0);
  const cue = String.fromCharCode(...(end < 0 ? body : body.slice(0, end)));
  if (cue === "") return { cue: null };
  return NUMBER.test(cue) ? { cue } : null;
}
