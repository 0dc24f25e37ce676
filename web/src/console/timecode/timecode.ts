/** Where a timecode is. */
export interface Timecode {
  /** Seconds since midnight. */
  readonly position: number;
  /** 1 where it runs forward, -1 in reverse, 0 where it stands. */
  readonly speed: -1 | 0 | 1;
  /** When it was there, seconds of the page's clock. */
  readonly at: number;
}

export const DAY = 24 * 3600;

/** Seconds since midnight as the digits of a timecode say; null where they are no time. */
export function secondsOf(
  [hours, minutes, seconds, frames]: readonly [number, number, number, number],
  fps: number,
): number | null {
  if (hours > 23 || minutes > 59 || seconds > 59 || frames >= fps) return null;
  return hours * 3600 + minutes * 60 + seconds + frames / fps;
}

export function positionAt({ position, speed, at }: Timecode, now: number): number {
  return Math.min(DAY - 1e-3, Math.max(0, position + speed * (now - at)));
}
