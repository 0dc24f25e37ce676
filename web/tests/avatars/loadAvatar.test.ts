import { type Mesh, SkinnedMesh, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { AvatarError } from "../../src/avatars/avatarError";
import type { AvatarLook } from "../../src/avatars/avatarLook";
import { loadAvatar } from "../../src/avatars/loadAvatar";
import { FigureMotion } from "../../src/looks/figureMotion";
import { Mood } from "../../src/looks/mood";
import type { Hello, ServerMessage } from "../../src/protocol/messages";
import { goldenJson } from "../golden";
import { avatarFiles } from "./avatarFiles";
import { packGlb } from "./glbWriter";
import { randomNumbers } from "./randomNumbers";
import { randomPose } from "./randomPose";
import { wrongFiles } from "./wrongFiles";

const { server } = goldenJson<{ server: ServerMessage[] }>("messages");
const { skeleton } = server.find((message) => message.type === "hello") as Hello;
const FRAME = 1 / 60;
const mood = new Mood(["neutral", "happy"]);
const LIMBS = [
  ["UpperArm", "LowerArm"],
  ["LowerArm", "Hand"],
  ["UpperLeg", "LowerLeg"],
  ["LowerLeg", "Foot"],
].flatMap(([from, to]) => ["left", "right"].map((side) => [`${side}${from}`, `${side}${to}`]));

function load(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<AvatarLook> {
  return loadAvatar(new File([bytes], name), skeleton, () => {});
}

function danced(seed: number): FigureMotion {
  const motion = new FigureMotion(skeleton);
  motion.update(randomPose(skeleton, seed), 0, false, FRAME);
  return motion;
}

function place(motion: FigureMotion, joint: string): Vector3 {
  return new Vector3().fromArray(motion.positions, skeleton.joints.indexOf(joint) * 3);
}

function avatarPlace(look: AvatarLook, joint: string): Vector3 {
  return new Vector3(...(look.jointPosition(joint) ?? []));
}

/** Height of the lowest point of the skin on bones of these names, metres. */
function lowestPoint(look: AvatarLook, bones = /./): number {
  look.object.updateMatrixWorld(true);
  let lowest = Number.POSITIVE_INFINITY;
  look.object.traverse((object) => {
    if (!(object instanceof SkinnedMesh)) return;
    const { position, skinIndex } = (object as Mesh).geometry.attributes;
    for (let vertex = 0; vertex < (position?.count ?? 0); vertex++) {
      const bone = object.skeleton.bones[skinIndex?.getX(vertex) ?? 0];
      if (!bones.test(bone?.name ?? "")) continue;
      const point = object.getVertexPosition(vertex, new Vector3());
      lowest = Math.min(lowest, point.applyMatrix4(object.matrixWorld).y);
    }
  });
  return lowest;
}

describe.each(Object.entries(avatarFiles))("%s", (name, bytes) => {
  const loading = load(name, bytes);

  it("holds its limbs as the dancer does, within 2 degrees", async () => {
    const look = await loading;
    for (let seed = 1; seed <= 40; seed++) {
      const motion = danced(seed);
      look.update(motion, mood, FRAME);
      for (const [from = "", to = ""] of LIMBS) {
        const wanted = place(motion, to).sub(place(motion, from));
        const got = avatarPlace(look, to).sub(avatarPlace(look, from));
        const degrees = (got.angleTo(wanted) * 180) / Math.PI;
        expect(degrees, `${from} in pose ${seed}`).toBeLessThan(2);
      }
    }
  });

  it("is where the dancer is, and faces the same way", async () => {
    const look = await loading;
    const motion = danced(3);
    look.update(motion, mood, FRAME);
    const across = (at: (joint: string) => Vector3) => at("leftUpperLeg").sub(at("rightUpperLeg"));
    const wanted = across((joint) => place(motion, joint));
    const got = across((joint) => avatarPlace(look, joint));
    expect((got.angleTo(wanted) * 180) / Math.PI).toBeLessThan(2);
    const middle = (at: (joint: string) => Vector3) => at("leftUpperLeg").add(at("rightUpperLeg"));
    const off = middle((joint) => place(motion, joint)).sub(
      middle((joint) => avatarPlace(look, joint)),
    );
    expect(Math.hypot(off.x, off.z)).toBeLessThan(1e-4);
  });

  it("stands on the floor at rest, person-sized, and neither sinks nor floats", async () => {
    const look = await loading;
    look.update(danced(0), mood, FRAME);
    expect(lowestPoint(look)).toBeCloseTo(0, 3);
    expect(avatarPlace(look, "head").y).toBeGreaterThan(0.9);
    expect(avatarPlace(look, "head").y).toBeLessThan(2);
  });

  it("stands upright at rest, whatever pose it was saved in", async () => {
    const look = await loading;
    look.update(danced(0), mood, FRAME);
    const trunk = avatarPlace(look, "head").sub(avatarPlace(look, "hips"));
    expect((trunk.angleTo(new Vector3(0, 1, 0)) * 180) / Math.PI).toBeLessThan(4);
  });
});

it("sets the lower foot down in any pose, and leaps as high as its legs are long", async () => {
  const name = "chibi.vrm";
  const look = await load(name, avatarFiles[name] ?? new Uint8Array());
  const rest = danced(0);
  const leg = (at: (joint: string) => Vector3) =>
    at("leftUpperLeg").distanceTo(at("leftLowerLeg")) +
    at("leftLowerLeg").distanceTo(at("leftFoot"));
  look.update(rest, mood, FRAME);
  const legs = leg((joint) => avatarPlace(look, joint)) / leg((joint) => place(rest, joint));
  expect(legs).toBeLessThan(0.9);
  for (let seed = 1; seed <= 40; seed++) {
    const pose = randomPose(skeleton, seed);
    const motion = new FigureMotion(skeleton);
    const heights = [-2, 1.5, 2.5].map((leap) => {
      pose.hips[1] = leap;
      motion.update(pose, 0, false, FRAME);
      look.update(motion, mood, FRAME);
      return lowestPoint(look, /Foot|Toes/);
    });
    const [low = 0, middle = 0, high = 0] = heights;
    expect(Math.abs(low), `pose ${seed}`).toBeLessThan(0.01);
    expect(high - middle, `pose ${seed}`).toBeCloseTo(legs, 3);
  }
});

describe.each(["one.vrm", "zero.vrm"])("the springs and the face of %s", (name) => {
  const loading = load(name, avatarFiles[name] ?? new Uint8Array());

  /** Lets a dancer stand at a place for so many frames; returns where the hair hangs from the head. */
  function hang(look: AvatarLook, x: number, frames: number, emotion = [1, 0]): Vector3 {
    const pose = randomPose(skeleton, 0);
    pose.hips[0] = x;
    const motion = new FigureMotion(skeleton);
    mood.update(Float32Array.from(emotion), FRAME);
    for (let frame = 0; frame < frames; frame++) {
      motion.update(pose, 0, false, FRAME);
      look.update(motion, mood, FRAME);
    }
    look.object.updateMatrixWorld(true);
    const tip = look.object.getObjectByName("hair4");
    return new Vector3()
      .setFromMatrixPosition(tip?.matrixWorld as never)
      .sub(avatarPlace(look, "head"));
  }

  it("lets the hair lag behind a step, and hang again", async () => {
    const look = await loading;
    const resting = hang(look, 0, 120);
    let step = resting;
    for (let frame = 0; frame < 8; frame++) step = hang(look, frame * 0.04, 1);
    expect(step.x - resting.x).toBeLessThan(-0.02);
    expect(hang(look, 0.28, 240).distanceTo(resting)).toBeLessThan(0.01);
  });

  it.each([30, 144])("lets the hair swing at %i Hz as at 60", async (rate) => {
    const look = await loading;
    const swing = (fps: number): Vector3[] => {
      hang(look, 0, 240);
      const pose = randomPose(skeleton, 0);
      const motion = new FigureMotion(skeleton);
      const places: Vector3[] = [];
      let next = 0.1;
      for (let frame = 1; frame <= fps; frame++) {
        pose.hips[0] = 0.15 * Math.sin((5 * frame) / fps);
        motion.update(pose, 0, false, 1 / fps);
        look.update(motion, mood, 1 / fps);
        if (frame / fps < next - 1e-6) continue;
        look.object.updateMatrixWorld(true);
        const tip = look.object.getObjectByName("hair4");
        const place = new Vector3().setFromMatrixPosition(tip?.matrixWorld as never);
        places.push(place.sub(avatarPlace(look, "head")));
        next += 0.1;
      }
      return places;
    };
    const usual = swing(60);
    const travel = Math.max(...usual.map((place) => place.distanceTo(usual[0] as Vector3)));
    expect(travel).toBeGreaterThan(0.02);
    swing(rate).forEach((place, at) => {
      expect(place.distanceTo(usual[at] as Vector3)).toBeLessThan(0.25 * travel);
    });
  });

  it("keeps the hair together in a leap to another place", async () => {
    const look = await loading;
    const resting = hang(look, 0, 240);
    expect(hang(look, 3, 1).distanceTo(resting)).toBeLessThan(0.02);
  });

  it("smiles when the partner is happy", async () => {
    const look = await loading;
    hang(look, 0, 120, [0, 1]);
    const smiles: number[] = [];
    look.object.traverse((object) => {
      if (object instanceof SkinnedMesh) smiles.push(object.morphTargetInfluences?.[0] ?? 0);
    });
    expect(Math.max(...smiles)).toBeGreaterThan(0.8);
  });
});

describe("a file that cannot dance", () => {
  it.each(Object.entries(wrongFiles))(
    "%s gets a sentence that helps",
    async (name, [bytes, words]) => {
      const failure = await load(name, bytes).then(
        () => null,
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(AvatarError);
      expect((failure as AvatarError).message).toMatch(words);
      expect((failure as AvatarError).message).toContain(name);
    },
  );

  it("never breaks the page, whatever number in it is wrong", async () => {
    const random = randomNumbers(7);
    const values = ["-1", "1e9", "0", "null", '"x"', "[]", "0.5"];
    const outcomes = { danced: 0, told: 0 };
    for (let seed = 0; seed < 150; seed++) {
      const files = Object.entries(avatarFiles);
      const [name, bytes] = files[seed % files.length] ?? ["", new Uint8Array()];
      const length = new DataView(bytes.buffer).getUint32(12, true);
      const text = new TextDecoder().decode(bytes.subarray(20, 20 + length));
      const numbers = [...text.matchAll(/(?<=[:,[])-?\d[\d.e-]*(?=[,\]}])/g)];
      const hit = numbers[Math.floor(random() * numbers.length)];
      const value = values[seed % values.length];
      const end = (hit?.index ?? 0) + (hit?.[0].length ?? 0);
      const wrong = text.slice(0, hit?.index) + value + text.slice(end);
      const file = packGlb(wrong, bytes.subarray(20 + length + 8));
      const look = await load(name, file).catch((error: unknown) => {
        expect(error, `${wrong.slice(end - 60, end + 20)}`).toBeInstanceOf(AvatarError);
        return null;
      });
      look?.update(danced(seed), mood, FRAME);
      outcomes[look ? "danced" : "told"]++;
    }
    expect(outcomes.danced).toBeGreaterThan(20);
    expect(outcomes.told).toBeGreaterThan(20);
  });

  it("is refused unread when it is too large", async () => {
    const huge = new File([], "huge.vrm");
    Object.defineProperty(huge, "size", { value: 312e6 });
    await expect(loadAvatar(huge, skeleton, () => {})).rejects.toThrow(/huge.vrm.*312 MB/);
  });
});
