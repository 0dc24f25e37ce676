import { saySentence } from "../language/saySentence";
import { sourceName } from "../language/sourceName";
import { texts } from "../language/texts";
import { findElement } from "../page/findElement";
import { makeElement } from "../page/makeElement";
import type { Status } from "../protocol/messages";
import type { DoorState, StageState } from "./serverApi";

/** What is known of how the show is doing; seconds unless the name says otherwise. */
export interface HealthReadings {
  readonly status: Status | null;
  readonly stage: StageState | null;
  readonly door: DoorState | null;
  /** From the picture of the performer to the partner on this page. */
  readonly latency: number | null;
  readonly roundTrip: number | null;
  readonly model: string;
}

/** Share of late frames, and latency, from which on an operator should look. */
const LATE = 0.1;
const SLOW = 0.3;

/** How the show is doing, at a glance. */
export class HealthPanel {
  private readonly list = findElement("#health");
  private readonly latency = findElement<HTMLOutputElement>("#latency output");

  showHealth({ status, stage, door, latency, roundTrip, model }: HealthReadings): void {
    this.latency.value = milliseconds(latency ?? roundTrip);
    const { health } = texts;
    const source = status ? sourceName(status.source) : "–";
    const state = status ? health.states[status.source_state] : "–";
    const how = stage?.source_detail ? saySentence(stage.source_detail) : state;
    const behind = Math.max(0, ...(stage?.behind ?? []));
    const rows: [name: string, value: string, troubled: boolean][] = [
      [health.performer, `${source}: ${how}`, status?.source_state === "lost"],
      [health.seen, health.people(status?.people ?? 0), false],
      [health.latency, milliseconds(latency), (latency ?? 0) > SLOW],
      [health.network, milliseconds(roundTrip), (roundTrip ?? 0) > SLOW],
      [health.late, percent(status?.late ?? 0), (status?.late ?? 0) > LATE],
      [
        health.viewers,
        `${status?.viewers ?? 0}${behind > 30 ? `, ${health.behind(behind)}` : ""}`,
        behind > 60,
      ],
      [health.model, model, false],
    ];
    const { wrong_keys_lately: wrong = 0, minutes = 0 } = door ?? {};
    if (wrong > 0) rows.push([health.wrongKeys, health.lately(wrong, minutes), true]);
    this.list.replaceChildren(
      ...rows.map(([name, value, troubled]) =>
        makeElement(
          "div",
          { className: troubled ? "trouble" : "" },
          makeElement("dt", {}, name),
          makeElement("dd", {}, value),
        ),
      ),
    );
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function milliseconds(seconds: number | null): string {
  return seconds === null ? "–" : `${Math.round(seconds * 1000)} ms`;
}
