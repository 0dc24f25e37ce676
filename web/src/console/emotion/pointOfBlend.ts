import type { EmotionPoint } from "../emotion/emotionPoint";
import { blendAtPoint } from "./blendAtPoint";

/** Between the first places that are tried. */
const COARSE = 1 / 12;
const HALVINGS = 8;
/** Sum of the squared differences of shares below which blends look the same. */
const ALIKE = 0.005;

/**
 * Finds the point of the pad whose blend is nearest to a given one: the inverse of `blendAt`, as far
 * as there is one. Blends that no point gives, such as of opposites, lie between their emotions.
 *
 * @param shares Shares of the emotions, with the sum 1.
 * @param places Places of the emotions.
 */
export function pointOfBlend(
  shares: readonly number[],
  places: readonly EmotionPoint[],
): EmotionPoint {
  const error = (point: EmotionPoint) =>
    blendAtPoint(point, places).reduce((sum, share, i) => sum + (share - (shares[i] ?? 0)) ** 2, 0);
  const between = centroid(shares, places);
  let best = between;
  let least = error(best);
  const attempt = (valence: number, arousal: number) => {
    const point = { valence: clamp(valence), arousal: clamp(arousal) };
    const found = error(point);
    if (found < least) [best, least] = [point, found];
  };
  if (least > 1e-6) around({ valence: 0, arousal: 0 }, COARSE, 1 / COARSE, attempt);
  for (let step = COARSE / 2, i = 0; i < HALVINGS && least > 1e-6; step /= 2, i++) {
    around(best, step, 2, attempt);
  }
  return least < ALIKE ? best : between;
}

/** Tries a grid of places around one. */
function around(
  middle: EmotionPoint,
  step: number,
  reach: number,
  attempt: (valence: number, arousal: number) => void,
): void {
  for (let i = -reach; i <= reach; i++) {
    for (let j = -reach; j <= reach; j++) {
      attempt(middle.valence + i * step, middle.arousal + j * step);
    }
  }
}

function centroid(shares: readonly number[], places: readonly EmotionPoint[]): EmotionPoint {
  let [valence, arousal] = [0, 0];
  places.forEach((place, i) => {
    valence += (shares[i] ?? 0) * place.valence;
    arousal += (shares[i] ?? 0) * place.arousal;
  });
  return { valence, arousal };
}

function clamp(value: number): number {
  return Math.min(1, Math.max(-1, value));
}
