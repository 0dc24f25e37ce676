import { describe, expect, it } from "vitest";
import type { Framing } from "../../src/performer/framing";
import { judgeFraming } from "../../src/performer/judgeFraming";
import { PictureRate } from "../../src/performer/pictureRate";
import type { Person } from "../../src/protocol/encodeLandmarks";

/** Somebody in a square picture, 0 to 1, from nose to ankles; parts outside are not visible. */
function person(top: number, bottom: number, middle = 0.5): Person {
  const heights = Array.from({ length: 33 }, (_, landmark) => {
    if (landmark <= 10) return top;
    return landmark >= 27 ? bottom : top + (landmark <= 22 ? 0.3 : 0.6) * (bottom - top);
  });
  const world = heights.map((y) => ({ x: 0, y: 0, z: 0, visibility: y > 0 && y < 1 ? 0.95 : 0.1 }));
  const image = heights.map((y) => ({ x: middle - 0.5, y: y - 0.5 }));
  return { world, image, track: null, colours: null };
}

function judged(people: Person[], brightness = 0.5): Framing {
  return judgeFraming({ people, aspect: 1, brightness });
}

describe("a framing", () => {
  it.each([
    ["good", person(0.15, 0.9)],
    ["near", person(-0.2, 1.4)],
    ["head", person(-0.1, 0.9)],
    ["feet", person(0.1, 1.2)],
    ["far", person(0.5, 0.7)],
    ["left", person(0.15, 0.9, 0.2)],
    ["right", person(0.15, 0.9, 0.8)],
  ])("is %s", (framing, somebody) => {
    expect(judged([somebody])).toBe(framing);
  });

  it("is good for two at either side, where the nearer of them is whole", () => {
    expect(judged([person(0.5, 0.7, 0.2), person(0.15, 0.9, 0.8)])).toBe("good");
    expect(judged([person(0.15, 0.8, 0.2), person(0.1, 1.2, 0.8)])).toBe("feet");
  });

  it("tells an empty room from a dark one", () => {
    expect(judged([])).toBe("nobody");
    expect(judged([], 0.03)).toBe("dark");
  });
});

it("measures a camera's pictures, also those that nobody looked at", () => {
  const rate = new PictureRate();
  for (let count = 0; count <= 16; count += 4) rate.update(count / 5, count);
  expect(rate.rate).toBeCloseTo(5);
});
