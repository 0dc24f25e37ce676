import { expect, it } from "vitest";
import { AbsenceDetector } from "../../src/venue/absenceDetector";
import { fullScreenCorners } from "../../src/venue/fullScreenCorners";
import { homography } from "../../src/venue/homography";
import { isNight } from "../../src/venue/isNight";
import type { PictureCorners } from "../../src/venue/pictureCorners";
import { pictureTransform } from "../../src/venue/pictureTransform";
import { Watchdog } from "../../src/venue/watchdog";

const LEANING: PictureCorners = [
  [0.1, 0.05],
  [0.93, 0],
  [1, 0.9],
  [-0.02, 1],
];

it.each([
  ["the screen", fullScreenCorners],
  ["a leaning wall", LEANING],
])("takes the unit square onto %s and keeps lines straight", (_, corners) => {
  const map = homography(corners);
  fullScreenCorners.forEach(([u, v], i) => {
    const [x, y] = apply(map, u, v);
    expect(x).toBeCloseTo(corners[i]?.[0] as number);
    expect(y).toBeCloseTo(corners[i]?.[1] as number);
  });
  const [[ax, ay], [bx, by], [cx, cy]] = [
    apply(map, 0, 0.2),
    apply(map, 0.3, 0.35),
    apply(map, 1, 0.7),
  ] as const;
  expect((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).toBeCloseTo(0);
});

it("leaves a straight picture alone, and turns a mirrored one around", () => {
  expect(pictureTransform(null, false, 800, 600)).toBe("none");
  expect(pictureTransform(null, true, 800, 600)).toMatch(/scaleX\(-1\)$/);
});

it("keeps the night, also past midnight", () => {
  const at = (hour: number, minute = 0) => new Date(2026, 10, 21, hour, minute);
  const long = { from: 22 * 60, to: 8 * 60 };
  expect([22, 23, 0, 7].map((hour) => isNight(long, at(hour)))).toEqual([true, true, true, true]);
  expect([8, 12, 21].map((hour) => isNight(long, at(hour)))).toEqual([false, false, false]);
  expect(isNight({ from: 60, to: 120 }, at(1, 30))).toBe(true);
  expect(isNight({ from: 60, to: 120 }, at(2))).toBe(false);
});

it("finds a place empty when nobody came for so long", () => {
  const emptiness = new AbsenceDetector(20, 100);
  expect(emptiness.update(false, 119)).toBe(false);
  expect(emptiness.update(false, 120)).toBe(true);
  expect(emptiness.update(true, 121)).toBe(false);
  expect(emptiness.update(false, 140)).toBe(false);
});

it("calls a page stuck that shows nothing new, ever later after attempts in vain", () => {
  const watchdog = new Watchdog(0, 0);
  watchdog.noteAlive(100);
  expect(watchdog.isStuck(129)).toBe(false);
  expect(watchdog.isStuck(131)).toBe(true);
  expect(new Watchdog(0, 1).isStuck(59)).toBe(false);
  expect(new Watchdog(0, 1).isStuck(61)).toBe(true);
  expect(new Watchdog(0, 50).isStuck(601)).toBe(true);
});

function apply([a, b, c, d, e, f, g, h]: ReturnType<typeof homography>, u: number, v: number) {
  const depth = g * u + h * v + 1;
  return [(a * u + b * v + c) / depth, (d * u + e * v + f) / depth] as const;
}
