import { Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { FollowCamera } from "../../src/stage/followCamera";

const FRAME = 1 / 60;

/** Where a place in the world is in the picture: -1 to 1, left to right and bottom to top. */
function inPicture({ camera }: FollowCamera, x: number, y: number, z: number): Vector3 {
  camera.updateMatrixWorld(true);
  return new Vector3(x, y, z).project(camera);
}

describe.each([
  ["a laptop", 1280, 720, 136],
  ["a phone", 390, 844, 216],
  ["a projector without controls", 1920, 1080, 0],
])("on %s", (_, width, height, covered) => {
  const view = new FollowCamera();
  view.resize(width, height, covered);

  it("frames a standing dancer whole, above the controls", () => {
    view.follow(0, 0, 0, 100);
    expect(inPicture(view, 0, 1.8, 0).y).toBeLessThan(1);
    expect(inPicture(view, 0, 0, 0).y).toBeGreaterThan((2 * covered) / height - 1);
    expect(Math.abs(inPicture(view, 0.75, 1.3, 0).x)).toBeLessThan(1);
  });

  it("frames a figure whole that is taller and wider than a partner", () => {
    const large = new FollowCamera();
    large.resize(width, height, covered);
    large.fit([{ height: 2.6, halfWidth: 1.2 }]);
    large.follow(0, 0, 0, 100);
    expect(inPicture(large, 0, 2.6, 0).y).toBeLessThan(1);
    expect(inPicture(large, 0, 0, 0).y).toBeGreaterThan((2 * covered) / height - 1);
    for (const side of [-1.2, 1.2])
      expect(Math.abs(inPicture(large, side, 1.3, 0).x)).toBeLessThan(1);
    large.fit([]);
    large.follow(0, 0, 0, 100);
    view.follow(0, 0, 0, 100);
    expect(inPicture(large, 0, 1.8, 0).y).toBeCloseTo(inPicture(view, 0, 1.8, 0).y);
  });

  it("never loses a dancer who runs", () => {
    for (let time = 0; time < 4; time += FRAME) {
      const x = 2.5 * Math.sin(1.6 * time);
      const z = 2.5 * Math.cos(1.6 * time) - 2.5;
      view.follow(x, z, 0, FRAME);
      for (const side of [-0.5, 0.5]) {
        expect(Math.abs(inPicture(view, x + side, 1, z).x)).toBeLessThan(1);
      }
    }
  });

  it("moves softly: a small step is not answered at once", () => {
    view.follow(0, 0, 0, 100);
    view.follow(0.1, 0, 0, FRAME);
    expect(inPicture(view, 0.1, 1, 0).x).toBeGreaterThan(0.01);
  });
});

it("steps back until a whole ensemble is in the picture", () => {
  const view = new FollowCamera();
  view.resize(390, 844, 0);
  view.follow(0, 0, 2, 100);
  for (const side of [-2, 2]) expect(Math.abs(inPicture(view, side, 1, 0).x)).toBeLessThan(1);
});
