const HUES = 16;
const SATURATIONS = 4;

/** What share each colour has of what somebody wears, any scale; as `server/capture/appearance.py`. */
export type Colours = ArrayLike<number>;

/**
 * Counts the colours of somebody's trunk, their brightness left aside.
 *
 * @param pixels Red, green, blue and alpha of each.
 * @returns Shares in steps of 1/255, hue by hue.
 */
export function coloursOf(pixels: Uint8ClampedArray): Uint8Array {
  const counts = new Float64Array(HUES * SATURATIONS);
  for (let i = 0; i < pixels.length; i += 4) {
    const bin = binOf(pixels[i] as number, pixels[i + 1] as number, pixels[i + 2] as number);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return Uint8Array.from(counts, (count) => Math.round((255 * 4 * count) / pixels.length));
}

/** Hue, 180 steps about the circle, and saturation, 256 steps, as OpenCV rounds them. */
function binOf(red: number, green: number, blue: number): number {
  const value = Math.max(red, green, blue);
  const span = value - Math.min(red, green, blue);
  const saturation = value === 0 ? 0 : Math.round((255 * span) / value);
  const hue = Math.round((30 * sixths(red, green, blue, value, span)) / Math.max(span, 1));
  const turned = hue < 0 ? hue + 180 : hue;
  return SATURATIONS * Math.floor((turned * HUES) / 180) + (saturation >> 6);
}

function sixths(red: number, green: number, blue: number, value: number, span: number): number {
  if (value === red) return green - blue;
  return value === green ? blue - red + 2 * span : red - green + 4 * span;
}

/** Returns how far two looks are apart, 0 to 1 (Hellinger's distance); any shares do. */
export function unlike(one: Colours, other: Colours): number {
  const total = Math.max(sum(one) * sum(other), 1e-9);
  let common = 0;
  for (let i = 0; i < one.length; i++)
    common += Math.sqrt((one[i] as number) * (other[i] as number));
  return Math.sqrt(Math.max(1 - common / Math.sqrt(total), 0));
}

function sum(values: Colours): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
