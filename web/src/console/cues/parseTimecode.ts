const DAY = 24 * 3600;

/**
 * Reads a time as people write it: `1:02:03.5`, `2:03`, or `7.25` seconds.
 *
 * @returns Seconds since midnight; null for none, undefined for what is no time.
 */
export function parseTimecode(text: string): number | null | undefined {
  const parts = text.trim().replace(",", ".").split(":");
  if (text.trim() === "") return null;
  const fits = parts.length <= 3 && parts.every((part) => /^\d{1,5}(\.\d{1,3})?$/.test(part));
  const seconds = parts.reduce((sum, part) => 60 * sum + Number(part), 0);
  return fits && seconds < DAY ? seconds : undefined;
}

/** Writes seconds since midnight as `parseTimecode` reads them. */
export function formatTimecode(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (part: number) => String(part).padStart(2, "0");
  const thousandths = Math.round(1000 * (seconds - whole));
  const rest = thousandths ? `.${String(thousandths).padStart(3, "0").replace(/0+$/, "")}` : "";
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return `${hours}:${two(minutes)}:${two(whole % 60)}${rest}`;
}
