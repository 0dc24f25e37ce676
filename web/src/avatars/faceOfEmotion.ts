/** Expressions that a VRM can have, and how we show them on other faces too. */
export type Expression = "happy" | "angry" | "sad" | "relaxed" | "surprised" | "blink";

/** Weight of each expression; absent ones weigh nothing. */
export type ExpressionWeights = Readonly<Partial<Record<Expression, number>>>;

const FACES: Readonly<Record<string, ExpressionWeights>> = {
  happy: { happy: 0.9 },
  angry: { angry: 0.9 },
  sad: { sad: 0.9 },
  relaxed: { relaxed: 0.9 },
  surprised: { surprised: 0.9 },
  proud: { relaxed: 0.6, happy: 0.2 },
  afraid: { surprised: 0.6, sad: 0.4 },
  tired: { sad: 0.25, blink: 0.4 },
  excited: { happy: 0.7, surprised: 0.25 },
};

/** Tells what face goes with an emotion label; none for a label that nobody foresaw. */
export function faceOfEmotion(label: string): ExpressionWeights {
  return (Object.hasOwn(FACES, label) ? FACES[label] : undefined) ?? {};
}
