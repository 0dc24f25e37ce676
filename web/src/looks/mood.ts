import { blendPalettes } from "../body/blendPalettes";
import { type EmotionPalette, emotionPalette } from "../body/emotionPalette";
import { decay } from "../motion/decay";
import { type EmotionAtmosphere, emotionAtmosphere } from "./emotionAtmosphere";
import { type EmotionBehaviour, emotionBehaviour } from "./emotionBehaviour";

const HALF_LIFE = 0.35;
/** Steepness of a beat's flash. */
const FLASH = 5;

/** What a figure feels: it colours all that shows the figure, and tells how it behaves. */
export class Mood {
  /** Weights, in the order of the labels. */
  readonly emotion: Float32Array;
  /** Colours of the moment. */
  readonly palette: EmotionPalette;
  /** Behaviour of the moment. */
  readonly behaviour: EmotionBehaviour = emotionBehaviour("neutral");
  /** Atmosphere of the moment. */
  readonly atmosphere: EmotionAtmosphere = emotionAtmosphere("neutral");
  /** Unitless, 0.5 to 2; 1 is usual. */
  energy = 1;
  /** Phase since the last beat, 0 to 1; not a number without a beat. */
  beat = Number.NaN;
  /** Phase of the bar, like that of the beat. */
  bar = Number.NaN;
  private readonly goal: EmotionPalette;
  private readonly palettes: readonly EmotionPalette[];
  private readonly behaviours: readonly EmotionBehaviour[];
  private readonly atmospheres: readonly EmotionAtmosphere[];

  /** @param paletteOf Gives the colours of a label. */
  constructor(
    readonly labels: readonly string[],
    paletteOf: (label: string) => EmotionPalette = emotionPalette,
  ) {
    this.emotion = new Float32Array(labels.length);
    this.palette = paletteOf("neutral");
    this.goal = paletteOf("neutral");
    this.palettes = labels.map(paletteOf);
    this.behaviours = labels.map(emotionBehaviour);
    this.atmospheres = labels.map(emotionAtmosphere);
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
    blendRows(this.behaviours, emotion, this.behaviour, share);
    blendRows(this.atmospheres, emotion, this.atmosphere, share);
  }
}

/** Goes a share of the way to the mean over the emotions; stays when none weighs anything. */
function blendRows<Key extends string>(
  rows: readonly Readonly<Record<Key, number>>[],
  weights: Float32Array,
  target: Record<Key, number>,
  share: number,
): void {
  for (const key in target) {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < rows.length; i++) {
      const weight = weights[i] as number;
      sum += weight * (rows[i] as Record<Key, number>)[key];
      total += weight;
    }
    if (total > 0) target[key] += (sum / total - target[key]) * share;
  }
}
