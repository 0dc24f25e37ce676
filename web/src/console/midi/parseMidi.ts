/** A turn of a knob or a touch of a pad. */
export interface MidiTouch {
  /** What was touched, for people too: `control 21, channel 1`. */
  readonly input: string;
  /** In [0, 1]. */
  readonly value: number;
}

/** Reads a MIDI message; null for those that no hand sends (clock, timecode, sensing, pressure). */
export function parseMidi(data: ArrayLike<number>): MidiTouch | null {
  const [status = 0, first = 0, second = 0] = Array.from(data);
  const channel = `channel ${(status & 15) + 1}`;
  switch (status >> 4) {
    case 0x8:
      return { input: `note ${first}, ${channel}`, value: 0 };
    case 0x9:
      return { input: `note ${first}, ${channel}`, value: second / 127 };
    case 0xb:
      return { input: `control ${first}, ${channel}`, value: second / 127 };
    case 0xc:
      return { input: `program ${first}, ${channel}`, value: 1 };
    case 0xe:
      return { input: `pitch wheel, ${channel}`, value: (second * 128 + first) / 16383 };
    default:
      return null;
  }
}
