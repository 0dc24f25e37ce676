import type { ConnectionState } from "./connection/connection";
import type { Status } from "./protocol/messages";

const STATES: Readonly<Record<Exclude<ConnectionState, "live">, string>> = {
  connecting: "Connecting…",
  waiting: "Connection lost. Trying again…",
  refused: "Not let in. Reload this page to try again.",
  closed: "Not connected",
};

/** Says in words how the connection stands, and what the partner sees. */
export function statusSentence(state: ConnectionState, status: Status | null): string {
  if (state !== "live") return STATES[state];
  if (status === null) return "Live";
  return `Live · ${watching(status)}`;
}

function watching({ source, source_state: state, performer }: Status): string {
  if (state === "lost") return `${source} is lost`;
  if (state === "starting") return `${source} is starting`;
  if (performer === "absent") return "dancing alone";
  return source === "demo" ? "dancing with the demo performer" : "dancing with a performer";
}
