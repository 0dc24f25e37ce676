import type { LookFactory } from "./look";
import { lookCatalogue } from "./lookCatalogue";

/** What a partner looks like where nobody chose. */
const USUAL_LOOK = "dancer";

/** Fetches what draws a look; the usual one for a name that is empty or unknown. */
export function fetchLook(name: string): Promise<LookFactory> {
  const entry = lookCatalogue[name] ?? lookCatalogue[USUAL_LOOK];
  if (entry === undefined) throw new Error(`expected a look, got ${name}`);
  return entry.load();
}
