import type { LookFactory } from "./look";

interface Entry {
  /** Fetches what draws it; each look is a chunk of its own. */
  load(): Promise<LookFactory>;
}

/** All looks that figures can have, by the name that the wire and addresses call them. */
export const lookCatalogue: Readonly<Record<string, Entry>> = {
  dancer: { load: async () => (await import("./dancer")).dancer },
  athlete: { load: async () => (await import("./dancer")).athlete },
  mannequin: { load: async () => (await import("./dancer")).mannequin },
  light: { load: async () => (await import("./light")).light },
  motes: { load: async () => (await import("./motes")).motes },
  ribbons: { load: async () => (await import("./ribbons")).ribbons },
  ink: { load: async () => (await import("./ink")).ink },
  echoes: { load: async () => (await import("./echoes")).echoes },
  ghost: { load: async () => (await import("./ghost")).ghost },
};
