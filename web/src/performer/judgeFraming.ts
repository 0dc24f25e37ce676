import type { Landmark } from "../protocol/encodeLandmarks";
import type { CameraSight } from "./cameraSight";
import type { Framing } from "./framing";

/** Below it a picture is too dark to find anybody in. */
const DARK = 0.12;
const VISIBLE = 0.5;
/** How near to the picture's edge a nose and ankles count as outside; there is more beyond them. */
const NOSE_MARGIN = 0.05;
const ANKLE_MARGIN = 0.02;
/** From nose to ankles, in picture heights: smaller, and the joints are found badly. */
const SMALLEST = 0.4;
/** How far from the picture's middle the hips may be, in picture widths. */
const OFF_CENTRE = 0.22;

const NOSE = 0;
const HIPS = [23, 24] as const;
const ANKLES = [27, 28] as const;

/** Judges from a picture whether somebody can dance where they stand. */
export function judgeFraming({
  picture,
  brightness,
}: Pick<CameraSight, "picture" | "brightness">): Framing {
  if (picture === null) return brightness < DARK ? "dark" : "nobody";
  const nose = picture[NOSE] as Landmark;
  const ankles = ANKLES.map((ankle) => picture[ankle] as Landmark);
  const hasHead = isVisible(nose) && nose.y > NOSE_MARGIN;
  const hasFeet = ankles.every((ankle) => isVisible(ankle) && ankle.y < 1 - ANKLE_MARGIN);
  if (!hasHead && !hasFeet) return "near";
  if (!hasHead) return "head";
  if (!hasFeet) return "feet";
  if (Math.max(...ankles.map(({ y }) => y)) - nose.y < SMALLEST) return "far";
  return judgeSide(picture);
}

/** Who faces a camera has their right at the picture's left. */
function judgeSide(picture: readonly Landmark[]): Framing {
  const off = mean(HIPS.map((hip) => (picture[hip] as Landmark).x)) - 0.5;
  if (off < -OFF_CENTRE) return "left";
  return off > OFF_CENTRE ? "right" : "good";
}

function isVisible({ visibility = 0 }: Landmark): boolean {
  return visibility > VISIBLE;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
