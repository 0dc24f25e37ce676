import { Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { FollowCamera } from "../../src/stage/followCamera";
import { type Direction, type Scene, ShotDirector } from "../../src/stage/shotDirector";
import { type ShotName, shots } from "../../src/stage/shots";

const FRAME = 1 / 30;
const STILL: Scene = { speed: 0.15, spread: 0, bar: Number.NaN, pace: 1 };

/** Directs so many seconds of a scene; returns each change with its time. */
function direct(seconds: number, scene: (time: number) => Partial<Scene>) {
  const director = new ShotDirector();
  const changes: (Direction & { time: number })[] = [];
  for (let time = 0; time < seconds; time += FRAME) {
    const direction = director.direct({ ...STILL, ...scene(time) }, FRAME);
    if (direction) changes.push({ ...direction, time });
  }
  return changes;
}

describe("the director", () => {
  it("keeps a shot for a phrase, never takes it twice running, and shows the same alike", () => {
    const changes = direct(120, () => ({}));
    expect(changes.length).toBeGreaterThan(5);
    changes.slice(1).forEach(({ time, shot }, i) => {
      expect(time - (changes[i]?.time ?? 0)).toBeGreaterThanOrEqual(7);
      expect(shot).not.toBe(changes[i]?.shot);
    });
    expect(direct(120, () => ({}))).toEqual(changes);
  });

  it("comes close to what is calm and gives room to what is wild", () => {
    const calm = direct(120, () => ({ speed: 0.1 })).map(({ shot }) => shot);
    const wild = direct(120, () => ({ speed: 1.2 })).map(({ shot }) => shot);
    expect(calm).toContain("close");
    expect(wild).not.toContain("close");
    expect(wild).not.toContain("high");
  });

  it("cuts on the bar where there is one, and else moves at the end of a phrase", () => {
    const bars = direct(60, (time) => ({ bar: (time / 2) % 1 }));
    for (const { time, cut } of bars) {
      expect(cut).toBe(true);
      expect(Math.min(time % 2, 2 - (time % 2))).toBeLessThan(2 * FRAME);
    }
    const phrases = direct(60, (time) => ({ speed: time % 12 > 10 ? 0.05 : 0.6 }));
    expect(phrases.every(({ cut }) => !cut)).toBe(true);
    const waits = phrases.map(({ time }, i) => time - (phrases[i - 1]?.time ?? 0));
    phrases.forEach(({ time }, i) => {
      if ((waits[i] ?? 0) < 14.9) expect(time % 12).toBeGreaterThan(10);
    });
    expect(Math.min(...waits)).toBeLessThan(15);
  });

  it("leaves a close picture as soon as somebody leaps or joins", () => {
    for (const change of [{ speed: 3 }, { spread: 1 }]) {
      let closeAt = Number.POSITIVE_INFINITY;
      const director = new ShotDirector();
      for (let time = 0; time < 60; time += FRAME) {
        const scene = time > closeAt + 2 ? { ...STILL, ...change } : STILL;
        const direction = director.direct(scene, FRAME);
        if (direction?.shot === "close") closeAt = Math.min(closeAt, time);
        else if (direction && time > closeAt) {
          expect(direction.shot).toBe("wide");
          expect(time - closeAt).toBeLessThan(2 + 2 * FRAME);
          break;
        }
      }
      expect(closeAt).toBeLessThan(60);
    }
  });

  it("goes faster in a fast emotion", () => {
    expect(direct(120, () => ({ pace: 1.8 })).length).toBeGreaterThan(
      1.4 * direct(120, () => ({ pace: 0.6 })).length,
    );
  });
});

describe.each(Object.keys(shots) as ShotName[])("the shot %s", (name) => {
  it("holds the dancer's head and hips in the picture for as long as it stands", () => {
    const view = new FollowCamera();
    view.resize(1280, 720, 136);
    view.takeShot(shots[name], true);
    for (let time = 0; time < 30; time += FRAME) {
      const x = 1.5 * Math.sin(0.5 * time);
      const z = 1.5 * Math.cos(0.5 * time);
      view.follow(x, z, 0, FRAME);
      view.camera.updateMatrixWorld(true);
      for (const height of [0.95, 1.75]) {
        const place = new Vector3(x, height, z).project(view.camera);
        expect(Math.abs(place.x)).toBeLessThan(0.9);
        expect(Math.abs(place.y)).toBeLessThan(1);
      }
    }
  });
});
