import type { LookFactory } from "./look";
import { lookCatalogue } from "./lookCatalogue";

/** What a partner looks like where nobody chose. */
const USUAL_LOOK = "dancer";

/** Milliseconds until it is tried again. */
const PATIENCE = 1000;

/**
 * Fetches what draws a look; the usual one for a name that is empty or unknown.
 *
 * The server may be away for a while, so it tries until the look is there.
 */
export async function fetchLook(name: string): Promise<LookFactory> {
  const entry = lookCatalogue[name] ?? lookCatalogue[USUAL_LOOK];
  if (entry === undefined) throw new Error(`expected a look, got ${name}`);
  for (;;) {
    try {
      return await entry.load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    }
  }
}
