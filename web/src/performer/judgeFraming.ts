import type { ImagePoint, Person } from "../protocol/encodeLandmarks";
import type { CameraSight } from "./cameraSight";
import type { Framing } from "./framing";
import { middle } from "./region";
import { trunkLength } from "./track";

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
const HIPS = [23, 24];
const ANKLES = [27, 28];

/** Judges from a picture whether people can dance where they stand: the nearest, and all together. */
export function judgeFraming({
  people,
  aspect,
  brightness,
}: Pick<CameraSight, "people" | "aspect" | "brightness">): Framing {
  const [first, ...others] = people;
  if (first === undefined) return brightness < DARK ? "dark" : "nobody";
  const nearest = others.reduce((near, other) => (isLarger(other, near) ? other : near), first);
  const off = mean(people.map(({ image }) => middle(image, HIPS).x)) / aspect;
  return judgePerson(nearest) ?? judgeSide(off);
}

function judgePerson(person: Person): Framing | null {
  const top = heightOf(person, NOSE);
  const hasHead = isVisible(person, NOSE) && top > NOSE_MARGIN;
  const hasFeet = ANKLES.every(
    (ankle) => isVisible(person, ankle) && heightOf(person, ankle) < 1 - ANKLE_MARGIN,
  );
  if (!hasHead && !hasFeet) return "near";
  if (!hasHead) return "head";
  if (!hasFeet) return "feet";
  const bottom = Math.max(...ANKLES.map((ankle) => heightOf(person, ankle)));
  return bottom - top < SMALLEST ? "far" : null;
}

/** Who faces a camera has their right at the picture's left. */
function judgeSide(off: number): Framing {
  if (off < -OFF_CENTRE) return "left";
  return off > OFF_CENTRE ? "right" : "good";
}

function isLarger(one: Person, other: Person): boolean {
  return trunkLength(one.image) > trunkLength(other.image);
}

/** How far a landmark is below the picture's top, picture heights. */
function heightOf({ image }: Person, landmark: number): number {
  return (image[landmark] as ImagePoint).y + 0.5;
}

function isVisible({ world }: Person, landmark: number): boolean {
  return (world[landmark]?.visibility ?? 0) > VISIBLE;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
