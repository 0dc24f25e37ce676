/**
 * Gives one emotion another share of the blend; the others make room in proportion.
 *
 * @param shares With the sum 1.
 * @param index Index of the emotion.
 * @param share In [0, 1].
 * @param rest Index of the emotion that fills up where there was no other.
 * @returns Shares with the sum 1.
 */
export function withEmotionShare(
  shares: readonly number[],
  index: number,
  share: number,
  rest: number,
): number[] {
  const others = 1 - (shares[index] ?? 0);
  const left = 1 - share;
  if (others > 1e-6) {
    return shares.map((other, i) => (i === index ? share : (other / others) * left));
  }
  if (rest === index) return [...shares];
  return shares.map((_, i) => (i === index ? share : i === rest ? left : 0));
}
