import { expect, it } from "vitest";
import { type Colours, coloursOf, unlike } from "../../src/performer/appearance";
import { cheapestPairs } from "../../src/performer/cheapestPairs";
import { type Eyes, Following } from "../../src/performer/following";
import { regionOf, sidesApart } from "../../src/performer/region";
import { areTwins, type Find } from "../../src/performer/track";
import type { Landmarks } from "../../src/protocol/encodeLandmarks";
import { goldenJson } from "../golden";

type Body = [x: number, worn: number[]];

interface Golden {
  fps: number;
  /** Who shows in each picture, the foremost first. */
  pictures: Body[][];
  seen: { number: number; x: number }[][];
  costs: number[][][];
  pairs: [number, number][][];
  /** Red, green and blue of each. */
  pixels: number[];
  colours: number[];
}

const golden = goldenJson<Golden>("following");
/** Sides of a region within which a body is seen. */
const SEEN = 0.4;
const TRUNK = new Map([
  [11, [0.05, -0.2]],
  [12, [-0.05, -0.2]],
  [23, [0.03, 0]],
  [24, [-0.03, 0]],
]);

function findOf([x, worn]: Body): Find {
  const image = Array.from({ length: 33 }, (_, landmark) => {
    const [across = 0, down = 0] = TRUNK.get(landmark) ?? [];
    return { x: x + across, y: down };
  });
  const region = { centre: { x, y: 0 }, side: 1, angle: 0 };
  const colours: Colours = Array.from({ length: 64 }, (_, i) => (worn.includes(i) ? 255 : 0));
  return { region, landmarks: { image, world: [] }, worn: colours };
}

/** See the bodies of one picture: the nearest to a region that is nobody's before it. */
function eyesFor(bodies: Body[]): Eyes {
  const finds = bodies.map(findOf);
  return {
    search: async () => finds.map(({ region }) => region),
    see: async (_, region, before) => {
      const hiding = before.map((landmarks: Landmarks) => ({ region, landmarks, worn: null }));
      const left = finds.filter((find) => !hiding.some((other) => areTwins(find, other)));
      const far = (find: Find) => sidesApart(find.region, region);
      const [near] = left.sort((one, other) => far(one) - far(other));
      return near && far(near) < SEEN ? near : null;
    },
  };
}

it("follows people who cross, hide, come and leave as the server does", async () => {
  const following = new Following(4);
  for (const [picture, bodies] of golden.pictures.entries()) {
    const tracks = await following.update(eyesFor(bodies), picture / golden.fps);
    const seen = tracks.map(({ number, region }) => ({ number, x: region.centre.x }));
    expect(seen, `picture ${picture}`).toEqual(golden.seen[picture]);
  }
});

it("pairs as the server does", () => {
  expect(golden.costs.map(cheapestPairs)).toEqual(golden.pairs);
});

it("counts colours as the server does", () => {
  const rgb = golden.pixels;
  const pixels = Uint8ClampedArray.from({ length: (4 * rgb.length) / 3 }, (_, i) =>
    i % 4 === 3 ? 255 : (rgb[3 * (i >> 2) + (i % 4)] as number),
  );
  const apart = unlike(coloursOf(pixels), golden.colours);
  expect(apart).toBeLessThan(0.03);
});

it("looks for somebody about their hips, as far as they reach, upright with them", () => {
  const lying = findOf([0.5, [0]]).landmarks.image.map(({ x, y }) => ({ x: -y, y: x }));
  const region = regionOf({ image: lying, world: [] });
  expect(region.centre).toEqual({ x: 0, y: 0.5 });
  expect(region.angle).toBeCloseTo(Math.PI / 2);
  expect(region.side).toBeCloseTo(2.5 * 1.15 * Math.hypot(0.2, 0.05));
});
