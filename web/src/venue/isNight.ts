import type { NightHours } from "./nightHours";

/** Whether a moment lies in the night, of the venue's own clock; a night may pass midnight. */
export function isNight({ from, to }: NightHours, moment: Date): boolean {
  const minute = 60 * moment.getHours() + moment.getMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
