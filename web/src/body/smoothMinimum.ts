/**
 * The smaller of two, rounded off where they differ by less than `blend`: of two distances it is
 * the distance to both solids, flowing into one another.
 *
 * References: I. Quilez, "Smooth minimum", https://iquilezles.org/articles/smin/
 */
export function smoothMinimum(a: number, b: number, blend: number): number {
  const near = Math.max(blend - Math.abs(a - b), 0) / blend;
  return Math.min(a, b) - 0.25 * blend * near * near;
}
