import { Mesh, type Object3D } from "three";
import type { Expression } from "./faceOfEmotion";

/** Morph targets of an expression, without side; names of ARKit and Ready Player Me. */
const MORPHS: Readonly<Record<Expression, Readonly<Record<string, number>>>> = {
  happy: { mouthsmile: 0.9, cheeksquint: 0.5, eyesquint: 0.2 },
  angry: { browdown: 1, nosesneer: 0.4, mouthfrown: 0.5, eyesquint: 0.3 },
  sad: { browinnerup: 0.9, mouthfrown: 0.8 },
  relaxed: { mouthsmile: 0.4, eyesquint: 0.3 },
  surprised: { browinnerup: 0.6, browouterup: 0.8, eyewide: 0.9, jawopen: 0.25, mouthopen: 0.25 },
  blink: { eyeblink: 1, eyesclosed: 1 },
};

interface Muscle {
  readonly influences: number[];
  readonly index: number;
  readonly amount: number;
}

/** A face that shows expressions by its morph targets. */
export class MorphFace {
  private readonly muscles = new Map<Expression, Muscle[]>();

  constructor(scene: Object3D) {
    scene.traverse((object) => {
      if (object instanceof Mesh) this.addMesh(object);
    });
  }

  /** Relaxes all that an expression can move. */
  clear(): void {
    for (const muscles of this.muscles.values()) {
      for (const { influences, index } of muscles) influences[index] = 0;
    }
  }

  /** Adds an expression to those that show. */
  add(expression: Expression, weight: number): void {
    const muscles = this.muscles.get(expression);
    if (!muscles) return;
    for (const { influences, index, amount } of muscles) {
      influences[index] = Math.min(1, (influences[index] as number) + weight * amount);
    }
  }

  private addMesh({ morphTargetDictionary = {}, morphTargetInfluences: influences }: Mesh): void {
    if (!influences) return;
    const targets = Object.entries(morphTargetDictionary);
    const names = targets.map(([name]) => plain(name));
    for (const [expression, morphs] of Object.entries(MORPHS) as [Expression, object][]) {
      const muscles = targets.flatMap(([, index], at) => {
        const amount = new Map<string, number>(Object.entries(morphs)).get(names[at] ?? "");
        // A model with lids for each eye and for both would close them twice.
        const twice = names[at] === "eyesclosed" && names.includes("eyeblink");
        return amount === undefined || twice ? [] : [{ influences, index, amount }];
      });
      this.muscles.set(expression, [...(this.muscles.get(expression) ?? []), ...muscles]);
    }
  }
}

/** `Mouth_Smile_L`, `mouthSmileLeft` and `mouthSmile` are one. */
function plain(name: string): string {
  const bare = name.replace(/([_.]L|[_.]R|Left|Right)$/i, "");
  return bare.toLowerCase().replace(/[^a-z]/g, "");
}
