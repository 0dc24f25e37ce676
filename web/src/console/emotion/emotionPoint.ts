/** A place on the pad: both coordinates in [-1, 1]. */
export interface EmotionPoint {
  /** From unpleasant to pleasant. */
  readonly valence: number;
  /** From calm to lively. */
  readonly arousal: number;
}
