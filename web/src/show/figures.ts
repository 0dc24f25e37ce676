import { performersPalette } from "../body/performersPalette";
import { FigureMotion } from "../looks/figureMotion";
import type { Look } from "../looks/look";
import { Mood } from "../looks/mood";
import { Ensemble } from "../motion/ensemble";
import { PlayoutBuffer } from "../motion/playoutBuffer";
import type { ShownFigure } from "../motion/shownFigure";
import { decodeFrame, type Frame } from "../protocol/decodeFrame";
import type { Beat, Controls, Hello } from "../protocol/messages";
import type { StagedFigure } from "../stage/stage";
import { Placement } from "./placement";

/** Beats of a bar. */
const BAR = 4;

/** Where figures get their looks, and where these go back to. */
export interface LookProvider {
  provideLook(kind: ShownFigure["kind"], id: number, placement: Controls["placement"]): Look;
  releaseLook(look: Look): void;
}

interface PlacedFigure extends StagedFigure {
  readonly shown: ShownFigure;
  readonly placement: Placement;
}

/** All dancers of a stage: their motion as it arrives, their mood and their looks. */
export class Figures {
  readonly buffer: PlayoutBuffer;
  /** What partners feel. */
  readonly mood: Mood;
  /** The same, in the performers' own colours. */
  private readonly performersMood: Mood;
  private readonly ensemble: Ensemble;
  private placed: PlacedFigure[] = [];
  private controls: Controls;

  /**
   * @param before The figures of the hello before: the motion goes on from there.
   * @param changed Told when somebody comes, goes or changes clothes.
   */
  constructor(
    readonly hello: Hello,
    private readonly lookProvider: LookProvider,
    private readonly changed: (figures: readonly StagedFigure[]) => void,
    before: Figures | null = null,
  ) {
    this.buffer = before?.buffer ?? new PlayoutBuffer();
    this.ensemble = before?.ensemble ?? new Ensemble();
    this.mood = new Mood(hello.emotions);
    this.performersMood = new Mood(hello.emotions, performersPalette);
    this.controls = hello.controls;
  }

  /** World position of a joint of the first partner as drawn, metres; null when there is none. */
  jointPosition(joint: string): number[] | null {
    const first = this.placed[0];
    if (first === undefined) return null;
    const { look, motion } = first;
    return look.jointPosition ? look.jointPosition(joint) : motion.jointPosition(joint);
  }

  /** Takes in what operators set: who is shown, and how lively the looks are. */
  applyControls(controls: Controls): void {
    const { placement } = this.controls;
    this.controls = controls;
    for (const mood of this.moods) mood.energy = controls.energy;
    if (placement !== controls.placement) this.renewLooks();
  }

  /** Takes in the bytes of a frame that arrived now, seconds. */
  receiveFrame(bytes: ArrayBuffer, now: number): void {
    const { skeleton, emotions } = this.hello;
    this.buffer.push(decodeFrame(bytes, skeleton.joints.length, emotions.length), now);
  }

  /** Gives all figures new looks. */
  renewLooks(): void {
    for (const { look } of this.placed) this.lookProvider.releaseLook(look);
    this.placed = [];
  }

  /**
   * Moves all to where they are now.
   *
   * @param now Seconds of the clock of `receiveFrame`.
   * @param seconds Since the last move.
   * @param serverNow The server's clock now, seconds; null while it is not known.
   * @returns The frame that is shown, or null before the first has come.
   */
  update(now: number, seconds: number, serverNow: number | null): Frame | null {
    const shown = this.buffer.sample(now, this.ensemble);
    if (shown === null) return null;
    this.syncWithEnsemble();
    for (const mood of this.moods) {
      mood.beat = beatPhase(this.controls.beat, serverNow, 1);
      mood.bar = beatPhase(this.controls.beat, serverNow, BAR);
      mood.update(this.ensemble.emotion, seconds);
    }
    const partner = this.placed[0]?.shown;
    const { mode } = this.controls;
    for (const { shown: figure, placement, motion, mood, look } of this.placed) {
      const placed = partner ? placement.place(figure, partner, seconds, mode) : figure;
      motion.update(placed, figure.contacts, figure.takenUp, seconds);
      look.update(motion, mood, seconds);
    }
    return shown;
  }

  /** Sees that those who are shown, and nobody else, are on the stage. */
  private syncWithEnsemble(): void {
    const figures = this.ensemble.figures;
    let at = 0;
    let same = true;
    for (const figure of figures) {
      if (!this.isShown(figure)) continue;
      same &&= this.placed[at++]?.shown === figure;
    }
    if (same && at === this.placed.length) return;
    const before = this.placed;
    const wanted = figures.filter((figure) => this.isShown(figure));
    this.placed = wanted.map(
      (figure) => before.find(({ shown }) => shown === figure) ?? this.addFigure(figure),
    );
    for (const figure of before) {
      if (!this.placed.includes(figure)) this.lookProvider.releaseLook(figure.look);
    }
    this.changed(this.placed);
  }

  private isShown({ kind }: ShownFigure): boolean {
    return kind === "partner" || this.controls.placement !== "alone";
  }

  private get moods(): readonly Mood[] {
    return [this.mood, this.performersMood];
  }

  private addFigure(shown: ShownFigure): PlacedFigure {
    const { placement } = this.controls;
    const look = this.lookProvider.provideLook(shown.kind, shown.id, placement);
    return {
      shown,
      placement: new Placement(
        shown.kind === "partner" ? "alone" : placement,
        this.hello.skeleton.joints,
      ),
      look,
      mood: shown.kind === "partner" ? this.mood : this.performersMood,
      motion: new FigureMotion(this.hello.skeleton),
    };
  }
}

/** Share of the way through so many beats; not a number without a beat. */
function beatPhase(beat: Beat | null, serverNow: number | null, beats: number): number {
  if (beat === null || serverNow === null) return Number.NaN;
  const passed = ((serverNow - beat.at) * beat.bpm) / 60 / beats;
  return passed - Math.floor(passed);
}
