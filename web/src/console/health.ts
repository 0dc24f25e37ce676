import type { Status } from "../protocol/messages";
import type { StageState } from "./api";
import { find } from "./find";
import { make } from "./make";

/** What is known of how the show is doing; seconds unless the name says otherwise. */
export interface Vitals {
  readonly status: Status | null;
  readonly stage: StageState | null;
  /** From the picture of the performer to the partner on this page. */
  readonly latency: number | null;
  readonly roundTrip: number | null;
  readonly model: string;
}

/** Share of late frames, and latency, from which on an operator should look. */
const LATE = 0.1;
const SLOW = 0.3;

/** How the show is doing, at a glance. */
export class Health {
  private readonly list = find("#health");
  private readonly latency = find<HTMLOutputElement>("#latency output");

  show({ status, stage, latency, roundTrip, model }: Vitals): void {
    this.latency.value = milliseconds(latency ?? roundTrip);
    const source = stage?.source_detail || status?.source_state || "–";
    const behind = Math.max(0, ...(stage?.behind ?? []));
    const rows: [name: string, value: string, troubled: boolean][] = [
      ["Performer", `${status?.source ?? "–"}: ${source}`, status?.source_state === "lost"],
      ["Seen", people(status?.people ?? 0), false],
      ["Latency", milliseconds(latency), (latency ?? 0) > SLOW],
      ["Network", milliseconds(roundTrip), (roundTrip ?? 0) > SLOW],
      ["Late frames", percent(status?.late ?? 0), (status?.late ?? 0) > LATE],
      [
        "Viewers",
        `${status?.viewers ?? 0}${behind > 30 ? `, ${behind} frames behind` : ""}`,
        behind > 60,
      ],
      ["Model", model, false],
    ];
    this.list.replaceChildren(
      ...rows.map(([name, value, troubled]) =>
        make(
          "div",
          { className: troubled ? "trouble" : "" },
          make("dt", {}, name),
          make("dd", {}, value),
        ),
      ),
    );
  }
}

function people(count: number): string {
  if (count === 0) return "nobody";
  return count === 1 ? "one performer" : `${count} performers`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function milliseconds(seconds: number | null): string {
  return seconds === null ? "–" : `${Math.round(seconds * 1000)} ms`;
}
