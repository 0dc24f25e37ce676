import { BufferGeometry, Float32BufferAttribute, Mesh } from "three";
import { describe, expect, it } from "vitest";
import { AvatarFace } from "../../src/avatars/avatarFace";
import { Blink } from "../../src/avatars/blink";
import { MorphFace } from "../../src/avatars/morphFace";

const FRAME = 1 / 60;

function head(...morphs: string[]): { mesh: Mesh; shown(morph: string): number } {
  const geometry = new BufferGeometry();
  geometry.morphAttributes.position = morphs.map(() => new Float32BufferAttribute([0, 0, 0], 3));
  const mesh = new Mesh(geometry);
  mesh.morphTargetDictionary = Object.fromEntries(morphs.map((morph, at) => [morph, at]));
  return { mesh, shown: (morph) => mesh.morphTargetInfluences?.[morphs.indexOf(morph)] ?? 0 };
}

function faceOf(mesh: Mesh): AvatarFace {
  return new AvatarFace(new MorphFace(mesh), new Blink(() => 0.5));
}

function feel(face: AvatarFace, seconds: number, ...emotion: number[]): void {
  const felt = { labels: LABELS, emotion: Float32Array.from(emotion) };
  for (let time = 0; time < seconds; time += FRAME) face.update(felt, FRAME);
}

const LABELS = ["neutral", "happy", "sad", "unheard-of"];

describe("a face", () => {
  it.each(["mouthSmile", "mouthSmileLeft", "mouthSmile_R", "Mouth_Smile_L"])(
    "smiles with %s when it is happy, and stops softly when it no longer is",
    (morph) => {
      const { mesh, shown } = head(morph);
      const face = faceOf(mesh);
      feel(face, 3, 0, 1, 0, 0);
      expect(shown(morph)).toBeGreaterThan(0.7);
      feel(face, FRAME, 1, 0, 0, 0);
      expect(shown(morph)).toBeGreaterThan(0.6);
      feel(face, 3, 1, 0, 0, 0);
      expect(shown(morph)).toBeLessThan(0.01);
    },
  );

  it("blends emotions, and shows none for a label that nobody foresaw", () => {
    const { mesh, shown } = head("mouthSmile", "mouthFrownLeft", "browInnerUp");
    const face = faceOf(mesh);
    feel(face, 3, 0, 0.5, 0.5, 0);
    expect(shown("mouthSmile")).toBeCloseTo(0.4, 1);
    expect(shown("mouthFrownLeft")).toBeCloseTo(0.36, 1);
    feel(face, 3, 0, 0, 0, 1);
    expect(shown("mouthSmile") + shown("mouthFrownLeft") + shown("browInnerUp")).toBeLessThan(0.01);
  });

  it("blinks now and then, each lid once", () => {
    const { mesh, shown } = head("eyeBlinkLeft", "eyesClosed");
    const face = faceOf(mesh);
    let closed = 0;
    let wasOpen = true;
    for (let time = 0; time < 20; time += FRAME) {
      face.update({ labels: LABELS, emotion: Float32Array.of(1, 0, 0, 0) }, FRAME);
      expect(shown("eyesClosed")).toBe(0);
      const isOpen: boolean = shown("eyeBlinkLeft") < (wasOpen ? 0.8 : 0.2);
      if (wasOpen && !isOpen) closed++;
      wasOpen = isOpen;
    }
    expect(closed).toBeGreaterThan(2);
    expect(closed).toBeLessThan(12);
  });
});
