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

/** Where figures get their looks, and where these go back to. */
export interface Wardrobe {
  fit(kind: ShownFigure["kind"], id: number): Look;
  giveBack(look: Look): void;
}

interface Member extends StagedFigure {
  readonly shown: ShownFigure;
  readonly placement: Placement;
}

/** All dancers of a stage: their motion as it arrives, their mood and their looks. */
export class Cast {
  readonly buffer: PlayoutBuffer;
  readonly mood: Mood;
  private readonly ensemble: Ensemble;
  private members: Member[] = [];
  private controls: Controls;

  /**
   * @param before The cast of the hello before: the motion goes on from there.
   * @param changed Told when somebody comes, goes or changes clothes.
   */
  constructor(
    readonly hello: Hello,
    private readonly wardrobe: Wardrobe,
    private readonly changed: (figures: readonly StagedFigure[]) => void,
    before: Cast | null = null,
  ) {
    this.buffer = before?.buffer ?? new PlayoutBuffer();
    this.ensemble = before?.ensemble ?? new Ensemble();
    this.mood = new Mood(hello.emotions);
    this.controls = hello.controls;
  }

  /** World position of a joint of the first partner as drawn, metres; null when there is none. */
  jointPosition(joint: string): number[] | null {
    const first = this.members[0];
    if (first === undefined) return null;
    const { look, motion } = first;
    return look.jointPosition ? look.jointPosition(joint) : motion.jointPosition(joint);
  }

  /** Takes in what operators set: who is shown, and how lively the looks are. */
  follow(controls: Controls): void {
    const { placement } = this.controls;
    this.controls = controls;
    this.mood.energy = controls.energy;
    if (placement !== controls.placement) this.dress();
  }

  /** Takes in the bytes of a frame that arrived now, seconds. */
  receiveFrame(bytes: ArrayBuffer, now: number): void {
    const { skeleton, emotions } = this.hello;
    this.buffer.push(decodeFrame(bytes, skeleton.joints.length, emotions.length), now);
  }

  /** Gives all figures new looks. */
  dress(): void {
    for (const { look } of this.members) this.wardrobe.giveBack(look);
    this.members = [];
  }

  /**
   * Moves all to where they are now.
   *
   * @param now Seconds of the clock of `receiveFrame`.
   * @param seconds Since the last move.
   * @param serverNow The server's clock now, seconds; null while it is not known.
   * @returns The frame that is shown, or null before the first has come.
   */
  move(now: number, seconds: number, serverNow: number | null): Frame | null {
    const shown = this.buffer.sample(now, this.ensemble);
    if (shown === null) return null;
    this.seat();
    this.mood.beat = phase(this.controls.beat, serverNow);
    this.mood.update(this.ensemble.emotion, seconds);
    const partner = this.members[0]?.shown;
    for (const { shown: figure, placement, motion, look } of this.members) {
      const placed = partner ? placement.place(figure, partner, seconds) : figure;
      motion.update(placed, figure.contacts, figure.takenUp, seconds);
      look.update(motion, this.mood, seconds);
    }
    return shown;
  }

  /** Sees that those who are shown, and nobody else, are on the stage. */
  private seat(): void {
    const figures = this.ensemble.figures;
    let at = 0;
    let same = true;
    for (const figure of figures) {
      if (!this.isShown(figure)) continue;
      same &&= this.members[at++]?.shown === figure;
    }
    if (same && at === this.members.length) return;
    const before = this.members;
    const wanted = figures.filter((figure) => this.isShown(figure));
    this.members = wanted.map(
      (figure) => before.find(({ shown }) => shown === figure) ?? this.admit(figure),
    );
    for (const member of before) {
      if (!this.members.includes(member)) this.wardrobe.giveBack(member.look);
    }
    this.changed(this.members);
  }

  private isShown({ kind }: ShownFigure): boolean {
    return kind === "partner" || this.controls.placement !== "alone";
  }

  private admit(shown: ShownFigure): Member {
    const placement = new Placement(
      shown.kind === "partner" ? "alone" : this.controls.placement,
      this.hello.skeleton.joints,
    );
    const look = this.wardrobe.fit(shown.kind, shown.id);
    return {
      shown,
      placement,
      look,
      mood: this.mood,
      motion: new FigureMotion(this.hello.skeleton),
    };
  }
}

/** Share of the way from the last beat to the next; not a number without a beat. */
function phase(beat: Beat | null, serverNow: number | null): number {
  if (beat === null || serverNow === null) return Number.NaN;
  const beats = ((serverNow - beat.at) * beat.bpm) / 60;
  return beats - Math.floor(beats);
}
