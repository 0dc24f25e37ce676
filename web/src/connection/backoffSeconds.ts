const FIRST = 0.25;
const LONGEST = 8;

/**
 * How long to wait before the next attempt: doubling from a quarter of a second to 8 s, of which
 * a random half keeps the viewers of a restarted server from returning all at once.
 *
 * @param attempt Failures in a row so far, from 0.
 * @param random Uniform in [0, 1).
 */
export function backoffSeconds(attempt: number, random: number): number {
  return Math.min(LONGEST, FIRST * 2 ** attempt) * (0.5 + 0.5 * random);
}
