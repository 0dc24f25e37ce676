import type { Frame, FrameFigure } from "../protocol/decodeFrame";
import { ShownFigure } from "./shownFigure";

/** All dancers as they are shown at this moment, and the mood. */
export class Ensemble {
  /** In no particular order; the same object shows the same dancer from moment to moment. */
  readonly figures: ShownFigure[] = [];
  /** Weights, in the order of the hello's labels. */
  emotion: Float32Array<ArrayBufferLike> = new Float32Array(0);

  /**
   * Moves all to a moment between two frames. Allocates only for a dancer who was not there.
   *
   * @param alpha Share of the way between them; above 1 goes on.
   * @param seconds Since the last move.
   */
  interpolate(from: Frame, to: Frame, alpha: number, seconds: number): void {
    this.interpolateEmotion(from.emotion, to.emotion, Math.min(1, alpha));
    let place = 0;
    for (const figure of (alpha < 1 ? from : to).figures) {
      const shown = this.placeFigure(figure, place++);
      shown.interpolate(
        figureOf(from, shown) ?? figure,
        figureOf(to, shown) ?? figure,
        alpha,
        seconds,
      );
    }
    this.figures.length = place;
  }

  /** Lets all go on from where they are now as if it were this moment between two frames. */
  cutTo(from: Frame, to: Frame, alpha: number): void {
    for (const shown of this.figures) {
      const start = figureOf(from, shown) ?? figureOf(to, shown);
      const end = figureOf(to, shown) ?? start;
      if (start && end) shown.cutTo(start, end, alpha);
    }
  }

  /** Puts whoever shows a dancer in the place that the dancer has in the frame. */
  private placeFigure(figure: FrameFigure, place: number): ShownFigure {
    let at = place;
    while (at < this.figures.length && !this.figures[at]?.isOf(figure)) at++;
    const shown = this.figures[at] ?? new ShownFigure(figure);
    this.figures[at] = this.figures[place] ?? shown;
    this.figures[place] = shown;
    return shown;
  }

  private interpolateEmotion(from: Float32Array, to: Float32Array, alpha: number): void {
    if (this.emotion.length !== to.length) this.emotion = new Float32Array(to.length);
    for (let i = 0; i < to.length; i++) {
      const end = to[i] as number;
      // Another model may have other labels.
      const start = from.length === to.length ? (from[i] as number) : end;
      this.emotion[i] = start + (end - start) * alpha;
    }
  }
}

function figureOf({ figures }: Frame, shown: ShownFigure): FrameFigure | null {
  for (const figure of figures) if (shown.isOf(figure)) return figure;
  return null;
}
