import { texts } from "../../language/texts";

/** For each kind of link that the console offers, how an address may look. */
export const linkExamples: Readonly<Record<string, string>> = {
  "osc-in": "9000",
  "osc-out": "127.0.0.1:9001",
  "osc-query": "9090?osc=9000",
  "vmc-out": "127.0.0.1:39539?figure=1",
  "artnet-out": "127.0.0.1?universe=0",
  "sacn-out": "127.0.0.1?universe=1",
  "artnet-in": "127.0.0.1?universe=0",
  "sacn-in": "127.0.0.1?universe=1",
  "ableton-link": "default",
  "midi-in": "Midi Through?may=timecode,go",
};

/** Names a kind of link; one that the page does not know is called as the server calls it. */
export function kindName(kind: string): string {
  const names: Readonly<Record<string, string>> = texts.links.kinds;
  return Object.hasOwn(names, kind) ? (names[kind] ?? kind) : kind;
}
