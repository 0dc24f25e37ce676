import { describe, expect, it } from "vitest";
import { judgeFraming } from "../../src/performer/judgeFraming";
import { PictureRate } from "../../src/performer/pictureRate";

/** A person in a picture, from nose to ankles, around a middle; parts outside are not visible. */
function person(top: number, bottom: number, middle = 0.5) {
  return Array.from({ length: 33 }, (_, landmark) => {
    const y = landmark <= 10 ? top : landmark >= 27 ? bottom : (top + bottom) / 2;
    return { x: middle, y, z: 0, visibility: y > 0 && y < 1 ? 0.95 : 0.1 };
  });
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
  ])("is %s", (framing, picture) => {
    expect(judgeFraming({ picture, brightness: 0.5 })).toBe(framing);
  });

  it("tells an empty room from a dark one", () => {
    expect(judgeFraming({ picture: null, brightness: 0.5 })).toBe("nobody");
    expect(judgeFraming({ picture: null, brightness: 0.03 })).toBe("dark");
  });
});

it("measures a camera's pictures, also those that nobody looked at", () => {
  const rate = new PictureRate();
  for (let count = 0; count <= 16; count += 4) rate.update(count / 5, count);
  expect(rate.rate).toBeCloseTo(5);
});
