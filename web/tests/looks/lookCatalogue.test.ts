import { type Mesh, type Object3D, ShaderMaterial, Vector2, Vector3, Vector4 } from "three";
import { describe, expect, it } from "vitest";
import { FigureMotion } from "../../src/looks/figureMotion";
import type { Look } from "../../src/looks/look";
import { lookCatalogue } from "../../src/looks/lookCatalogue";
import { Mood } from "../../src/looks/mood";
import { goldenSkeleton } from "../goldenSkeleton";
import { stillPose } from "../stillPose";
import { syntheticDance } from "../syntheticDance";

const skeleton = goldenSkeleton();

/** All numbers that a look hands to its shaders, apart from the pose itself. */
function numbersOf(object: Object3D): number[] {
  const numbers: number[] = [];
  object.traverse((part) => {
    const { material } = part as Mesh;
    if (!(material instanceof ShaderMaterial)) return;
    for (const { value } of Object.values(material.uniforms)) {
      if (typeof value === "number") numbers.push(value);
      else if (value instanceof Vector2 || value instanceof Vector3 || value instanceof Vector4) {
        numbers.push(...value.toArray());
      } else if (value?.isColor) numbers.push(value.r, value.g, value.b);
    }
  });
  return numbers;
}

async function danced(name: string, emotion: string): Promise<Look> {
  const factory = await lookCatalogue[name]?.load();
  if (!factory) throw new Error(`expected a look, got ${name}`);
  const look = factory(skeleton);
  const motion = new FigureMotion(skeleton);
  const mood = new Mood([emotion]);
  const pose = stillPose(skeleton);
  look.setQuality("low");
  for (let frame = 0; frame < 120; frame++) {
    motion.update(pose, syntheticDance(skeleton, frame / 60, pose), frame === 60, 1 / 60);
    mood.beat = (frame / 30) % 1;
    mood.update(Float32Array.of(1), 1 / 60);
    look.update(motion, mood, 1 / 60);
  }
  return look;
}

describe.each(Object.keys(lookCatalogue))("the look %s", (name) => {
  it("dances in finite numbers, differently in another emotion, and is taken down", async () => {
    const [sad, angry] = [await danced(name, "sad"), await danced(name, "angry")];
    const numbers = numbersOf(sad.object);
    expect(numbers.every(Number.isFinite)).toBe(true);
    if (!["dancer", "athlete", "mannequin", "echoes"].includes(name))
      expect(numbers).not.toEqual(numbersOf(angry.object));
    for (const look of [sad, angry]) look.dispose();
  });
});
