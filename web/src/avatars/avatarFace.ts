import { decay } from "../motion/decay";
import type { Blink } from "./blink";
import { type Expression, faceOfEmotion } from "./faceOfEmotion";

const HALF_LIFE = 0.25;
const EXPRESSIONS: readonly Expression[] = [
  "happy",
  "angry",
  "sad",
  "relaxed",
  "surprised",
  "blink",
];

/** What can show expressions. */
export interface ExpressionTarget {
  clear(): void;
  add(expression: Expression, weight: number): void;
}

/** What a face follows. */
export interface FeltEmotion {
  readonly labels: readonly string[];
  /** Weights, in the order of the labels. */
  readonly emotion: Float32Array;
}

/** A face that follows the emotion softly, and blinks. */
export class AvatarFace {
  private readonly weights = new Float32Array(EXPRESSIONS.length);
  private labels: readonly string[] = [];
  /** Weight of each expression in each emotion, expression after expression. */
  private shares = new Float32Array(0);

  constructor(
    private readonly features: ExpressionTarget,
    private readonly blink: Blink,
  ) {}

  /** Follows what is felt for so many seconds. Allocates only when the labels change. */
  update({ labels, emotion }: FeltEmotion, seconds: number): void {
    if (labels !== this.labels) this.setLabels(labels);
    const lids = this.blink.update(seconds);
    const share = 1 - decay(HALF_LIFE, seconds);
    this.features.clear();
    for (let at = 0; at < EXPRESSIONS.length; at++) {
      const weight = this.weights[at] as number;
      this.weights[at] = weight + (this.wanted(at, emotion) - weight) * share;
      const closing = EXPRESSIONS[at] === "blink" ? lids * (1 - weight) : 0;
      this.features.add(EXPRESSIONS[at] as Expression, (this.weights[at] as number) + closing);
    }
  }

  private wanted(expression: number, emotion: Float32Array): number {
    let sum = 0;
    for (let label = 0; label < emotion.length; label++) {
      const share = this.shares[expression * emotion.length + label] ?? 0;
      sum += (emotion[label] as number) * share;
    }
    return Math.min(1, sum);
  }

  private setLabels(labels: readonly string[]): void {
    this.labels = labels;
    const faces = labels.map(faceOfEmotion);
    this.shares = Float32Array.from(
      EXPRESSIONS.flatMap((expression) => faces.map((face) => face[expression] ?? 0)),
    );
  }
}
