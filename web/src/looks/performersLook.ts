/**
 * Name of the look of performers beside a partner: a body as rich as its own.
 *
 * @param partners Name of the partner's look; empty for the usual one.
 */
export function performersLook(partners: string): string {
  // A second company would be taken for the partner's.
  return partners === "echoes" ? "dancer" : partners;
}
