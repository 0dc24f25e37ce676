/**
 * Share of the way to a goal that remains after some time.
 *
 * @param halfLife Seconds in which half the way is gone.
 * @param seconds Time that has passed.
 */
export function decay(halfLife: number, seconds: number): number {
  return 2 ** (-seconds / halfLife);
}
