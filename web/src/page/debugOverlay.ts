import { texts } from "../language/texts";

/** Measurements for whoever looks after the installation; seconds unless the name says otherwise. */
export interface Measurements {
  /** From the capture of the motion to its drawing; null while the clocks are unknown. */
  readonly latency: number | null;
  readonly roundTrip: number | null;
  readonly delay: number;
  readonly underruns: number;
  readonly lateFrames: number;
  readonly model: string;
}

const PERIOD = 0.5;

/** Shows measurements, and the display rate that it counts itself. */
export class DebugOverlay {
  private drawn = 0;
  private since = 0;

  constructor(private readonly panel: HTMLElement) {}

  toggle(): void {
    this.panel.hidden = !this.panel.hidden;
  }

  /** Counts a drawing and now and then rewrites the panel. */
  update(now: number, measure: () => Measurements): void {
    this.drawn++;
    const elapsed = now - this.since;
    if (elapsed < PERIOD) return;
    if (!this.panel.hidden) this.panel.textContent = overlayText(measure(), this.drawn / elapsed);
    this.drawn = 0;
    this.since = now;
  }
}

function overlayText(measured: Measurements, fps: number): string {
  const { debug } = texts;
  const rows = [
    [debug.display, `${fps.toFixed(0)} fps`],
    [debug.latency, milliseconds(measured.latency)],
    [debug.roundTrip, milliseconds(measured.roundTrip)],
    [debug.playout, milliseconds(measured.delay)],
    [debug.underruns, measured.underruns],
    [debug.lateFrames, measured.lateFrames],
    [debug.model, measured.model],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => name.padEnd(width) + value).join("\n");
}

function milliseconds(seconds: number | null): string {
  return seconds === null ? "–" : `${(seconds * 1000).toFixed(0)} ms`;
}
