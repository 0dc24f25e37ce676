import type { NightHours } from "./nightHours";

const SPAN = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/;

/** Reads a time from and to, such as `22:00-08:00`; null when it is none. */
export function parseNight(text: string): NightHours | null {
  const found = SPAN.exec(text)?.slice(1).map(Number);
  if (found === undefined) return null;
  const [hour = 0, minute = 0, lastHour = 0, lastMinute = 0] = found;
  return { from: 60 * hour + minute, to: 60 * lastHour + lastMinute };
}
