import type { Object3D } from "three";
import type { SkeletonDescription } from "../protocol/messages";
import type { Quality } from "../quality";
import type { FigureMotion } from "./figureMotion";
import type { Mood } from "./mood";

/** Where a look is at home: a dark theatre, or a sheet of paper. */
export type LookRoom = "dark" | "paper";

/** How far a figure reaches above the floor and to either side of its middle, metres. */
export interface Extent {
  readonly height: number;
  readonly halfWidth: number;
}

/** One way to show a figure. */
export interface Look {
  /** The stage adds it to its scene; the look moves what is in it, in world space. */
  readonly object: Object3D;
  readonly room: LookRoom;
  /** Whether it lights the floor that it stands on, rather than shading it. */
  readonly luminous: boolean;
  /** What it takes up standing at the middle, where that is not what the partner's body does. */
  readonly extent?: Extent;
  /** Follows a figure that has moved for so many seconds. Allocates nothing. */
  update(motion: FigureMotion, mood: Mood, seconds: number): void;
  /** Is told which room it stands in, where it is shown beside figures of other looks. */
  enterRoom?(room: LookRoom): void;
  /** Draws as much as a tier affords. */
  setQuality(quality: Quality): void;
  dispose(): void;
  /** World position of a joint as drawn, metres, where it is not where the figure has it. */
  jointPosition?(joint: string): number[] | null;
}

export type LookFactory = (skeleton: SkeletonDescription) => Look;
