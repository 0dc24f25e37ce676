import type { ConnectionState } from "../connection/connection";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import type { Status } from "../protocol/messages";

/** Says in words how the connection stands, and what the partner sees. */
export function statusSentence(state: ConnectionState, status: Status | null): string {
  if (state !== "live" || status === null) return texts.state[state];
  return `${texts.state.live} · ${watching(status)}`;
}

function watching({ source, source_state: state, performer }: Status): string {
  if (source === "browser" && performer === "absent") return texts.state.inviting;
  if (state === "lost") return texts.state.lost(sourceName(source));
  if (state === "starting") return texts.state.starting(sourceName(source));
  if (performer === "absent") return texts.state.alone;
  return source === "demo" ? texts.state.demo : texts.state.performer;
}
