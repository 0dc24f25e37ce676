import type { LookFactory } from "./look";

interface Entry {
  readonly title: string;
  /** Fetches what draws it; each look is a chunk of its own. */
  load(): Promise<LookFactory>;
}

/** All looks that figures can have, by the name that the wire and addresses call them. */
export const lookCatalogue: Readonly<Record<string, Entry>> = {
  dancer: { title: "Dancer", load: async () => (await import("./dancer")).dancer },
  light: { title: "Figure of light", load: async () => (await import("./light")).light },
  motes: { title: "Dust that remembers", load: async () => (await import("./motes")).motes },
  ribbons: { title: "Veils of silk", load: async () => (await import("./ribbons")).ribbons },
  ink: { title: "Brush and ink", load: async () => (await import("./ink")).ink },
  echoes: { title: "Company of echoes", load: async () => (await import("./echoes")).echoes },
  ghost: { title: "Ghost", load: async () => (await import("./ghost")).ghost },
};
