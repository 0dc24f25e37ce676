import type { LinkState } from "./linkState";

/** What the lamp of a link says. */
export type Lamp = "off" | "failed" | "refusing" | "moving" | "quiet";

/** A state and when it was seen, milliseconds. */
export interface SeenLink {
  readonly link: LinkState;
  readonly at: number;
}

/** Packets a second between two looks at a link; 0 without an earlier one. */
export function packetRate(before: SeenLink | null, now: SeenLink): number {
  if (!before) return 0;
  const packets = packetsOf(now.link) - packetsOf(before.link);
  // A link that was changed counts from the beginning.
  return Math.max(0, (1000 * packets) / (now.at - before.at));
}

/** What the lamp says: trouble first, then whether anything came or went since the earlier look. */
export function lampOf(before: SeenLink | null, now: SeenLink): Lamp {
  const { link } = now;
  if (!link.on) return "off";
  if (link.failed) return "failed";
  if (before && link.refused > before.link.refused) return "refusing";
  return packetRate(before, now) > 0 ? "moving" : "quiet";
}

function packetsOf({ received, sent }: LinkState): number {
  return received + sent;
}
