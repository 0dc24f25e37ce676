import type { ControlChanges } from "../../protocol/messages";

/** A change of the controls under a name. */
export interface Cue {
  readonly id: string;
  readonly name: string;
  /** What changes, and how many seconds the fade takes. */
  readonly set: ControlChanges & { readonly fade?: number };
  /** Timecode at which it goes by itself, seconds since midnight. */
  readonly at?: number | null;
}

/** What is prepared for a stage, and where its show is. */
export interface CueList {
  /** Grows whenever the list is saved. */
  readonly revision: number;
  /** In the order of the show. */
  readonly cues: readonly Cue[];
  /** To be used at any time. */
  readonly presets: readonly Cue[];
  /** Id of the cue that went last; null before the first. */
  readonly current: string | null;
  /** The server's clock when it did, seconds. */
  readonly went: number | null;
  /** Why the file of the list could not be read; empty if it could. */
  readonly damage: string;
}
