import { blendPalettes } from "../body/blendPalettes";
import { type EmotionPalette, emotionPalette } from "../body/emotionPalette";
import { decay } from "../motion/decay";
import { type EmotionBehaviour, emotionBehaviour } from "./emotionBehaviour";

const HALF_LIFE = 0.35;
/** Steepness of a beat's flash. */
const FLASH = 5;
const KEYS = Object.keys(emotionBehaviour("neutral")) as readonly (keyof EmotionBehaviour)[];

/** What a figure feels: it colours all that shows the figure, and tells how it behaves. */
export class Mood {
  /** Weights, in the order of the labels. */
  readonly emotion: Float32Array;
  /** Colours of the moment. */
  readonly palette: EmotionPalette = emotionPalette("neutral");
  /** Behaviour of the moment. */
  readonly behaviour: EmotionBehaviour = emotionBehaviour("neutral");
  /** Unitless, 0.5 to 2; 1 is usual. */
  energy = 1;
  /** Phase since the last beat, 0 to 1; not a number without a beat. */
  beat = Number.NaN;
  private readonly goal: EmotionPalette = emotionPalette("neutral");
  private readonly palettes: readonly EmotionPalette[];
  private readonly behaviours: readonly EmotionBehaviour[];

  constructor(readonly labels: readonly string[]) {
    this.emotion = new Float32Array(labels.length);
    this.palettes = labels.map(emotionPalette);
    this.behaviours = labels.map(emotionBehaviour);
  }

  /** Flash of the last beat: 1 when it strikes strongly, 0 without a beat. */
  get pulse(): number {
    return Number.isNaN(this.beat) ? 0 : this.behaviour.pulse * Math.exp(-FLASH * this.beat);
  }

  /** Goes softly after emotion weights, for so many seconds. Allocates nothing. */
  update(emotion: Float32Array, seconds: number): void {
    this.emotion.set(emotion);
    const share = 1 - decay(HALF_LIFE, seconds);
    blendPalettes(this.palettes, emotion, this.goal);
    this.palette.accent.lerp(this.goal.accent, share);
    this.palette.light.lerp(this.goal.light, share);
    for (const key of KEYS) {
      this.behaviour[key] += (this.blended(key) - this.behaviour[key]) * share;
    }
  }

  /** The mean over the emotions; as it is when none weighs anything. */
  private blended(key: keyof EmotionBehaviour): number {
    let sum = 0;
    let weights = 0;
    for (let i = 0; i < this.behaviours.length; i++) {
      const weight = this.emotion[i] as number;
      sum += weight * (this.behaviours[i] as EmotionBehaviour)[key];
      weights += weight;
    }
    return weights > 0 ? sum / weights : this.behaviour[key];
  }
}
