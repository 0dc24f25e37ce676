import { MidiMap } from "./midiMap";

const NAME = "bhava.midi";

/** The mapping that this browser remembers; starts empty where it cannot be read. */
export const storedMidiMap = {
  load(): MidiMap {
    try {
      const entries: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]");
      const whole = Array.isArray(entries) && entries.every(isEntry);
      return new MidiMap(whole ? entries : []);
    } catch {
      return new MidiMap();
    }
  },

  /** Remembers a mapping, where the browser lets pages remember. */
  save(map: MidiMap): void {
    try {
      localStorage.setItem(NAME, JSON.stringify(map.entries));
    } catch {
      // It lasts until the page is closed.
    }
  },
};

function isEntry(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((x) => typeof x === "string");
}
