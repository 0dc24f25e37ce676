/** JSON control messages, named and spelled as on the wire (`server/wire/PROTOCOL.md`). */

export type Role = "viewer" | "performer" | "operator";

/** Weight of each emotion label; absent labels weigh nothing. */
export type EmotionWeights = Readonly<Record<string, number>>;

/** Weight of each content label, with a sum up to 1; the usual content where none is named. */
export type ContentWeights = Readonly<Record<string, number>>;

export interface SkeletonDescription {
  readonly joints: readonly string[];
  /** Index of each joint's parent, parents first; -1 for the first joint. */
  readonly parents: readonly number[];
  /** Offset from the parent in rest, metres; for the first joint its place above the floor. */
  readonly rest_offsets: readonly (readonly [number, number, number])[];
}

export interface Beat {
  readonly bpm: number;
  /** Server's clock at one of the beats, seconds; a bar begins there. */
  readonly at: number;
  /** Who tells it; a hand if left out. */
  readonly by?: Timekeeper;
}

/** Who tells the beat: taps and numbers on a page, what a page hears, a MIDI clock, or OSC. */
export type Timekeeper = "hand" | "microphone" | "midi" | "osc" | "link";

/** What operators set, for all to see. */
export interface Controls {
  readonly emotion: EmotionWeights;
  readonly content: ContentWeights;
  /** Unitless, 0.5 to 2; 1 is the model's own. */
  readonly energy: number;
  /** A prompt for models that take text, up to 200 characters; empty for none. */
  readonly text: string;
  /** Temperature of the model's draws, 0 to 2; 1 is as trained. */
  readonly temperature: number;
  /** How strongly the performer pulls the partner in a duet, 0 to 1. */
  readonly influence: number;
  readonly mode: "continue" | "mirror" | "duet" | "answer" | "solo";
  /** One of the hello's models. */
  readonly model: string;
  /** Random seed of the partner's motion, from 0. */
  readonly seed: number;
  /** Metres from the middle of the floor within which the partner stays, 1 to 10. */
  readonly stage_radius: number;
  /** nearest: the partner responds to the nearest performer; each: every performer has a partner. */
  readonly dancers: "nearest" | "each";
  readonly panic: "none" | "freeze" | "dark";
  /** Name of the partner's look; empty leaves it to the page. */
  readonly look: string;
  /** How the performer's own skeleton is shown beside the partner. */
  readonly placement: "alone" | "beside" | "facing" | "mirror" | "merged";
  readonly beat: Beat | null;
  /** Who may set the beat: one alone, or any. */
  readonly tempo: Timekeeper | "any";
  readonly recording: boolean;
  /** Whether the audience may vote; `invited` also shows the way there on stage pages. */
  readonly voting: "closed" | "open" | "invited";
  /** Share of the emotion that the audience's vote decides, 0 to 1; with 0 it advises. */
  readonly audience_share: number;
  /** What the audience votes for, with a sum up to 1: less at a low turnout. The server's alone. */
  readonly audience_emotion: EmotionWeights;
}

export interface Status {
  readonly source: string;
  readonly source_state: "delivering" | "starting" | "lost";
  readonly performer: "present" | "absent";
  /** How many performers are seen. */
  readonly people: number;
  readonly viewers: number;
  /** Share of the stage's frames that came too late, 0 to 1. */
  readonly late: number;
}

export interface Hello {
  readonly type: "hello";
  readonly version: number;
  /** Name of the stage. */
  readonly stage: string;
  /** Token with which to come back when the link is lost. */
  readonly session: string;
  /** What this client now is. */
  readonly role: Role;
  readonly model: string;
  readonly models: readonly string[];
  readonly fps: number;
  /** Metres from the middle of the floor within which the partner stays. */
  readonly stage_radius: number;
  readonly skeleton: SkeletonDescription;
  /** Labels, in the order of a frame's emotion weights. */
  readonly emotions: readonly string[];
  /** What its model can be asked to dance, the usual first; none if it tells no contents apart. */
  readonly contents: readonly string[];
  /** Some that the model learnt from, the commonest first; none if it takes no text. */
  readonly texts: readonly string[];
  readonly controls: Controls;
  readonly status: Status;
}

/** The cue list or the place in it has changed; it is there over HTTP. */
export interface CuesChanged {
  readonly type: "cues";
}

/** A sentence of the server. */
export interface Told {
  /** Names it in `texts.sentences`. */
  readonly key: string;
  /** What it tells of, by name; a reason may be a sentence, too. */
  readonly values: Readonly<Record<string, string | number | Told>>;
  /** The sentence in English. */
  readonly text: string;
}

export interface Refused {
  readonly type: "refused";
  readonly name: string;
  readonly detail: string;
  /** The detail for pages to word; none where the page itself refuses. */
  readonly told?: Told;
}

export interface Pong {
  readonly type: "pong";
  /** As sent in the ping, seconds. */
  readonly client_time: number;
  /** Server's monotonic clock, seconds. */
  readonly server_time: number;
}

export type ServerMessage =
  | Hello
  | ({ readonly type: "controls" } & Controls)
  | ({ readonly type: "status" } & Status)
  | CuesChanged
  | Pong
  | Refused;

/** Those of the controls that change. */
export type ControlChanges = Partial<Omit<Controls, "audience_emotion">>;

export type ClientMessage =
  | {
      readonly type: "hello";
      readonly version: number;
      readonly role: Role;
      readonly stage: string;
      readonly key?: string;
      readonly session?: string;
    }
  | ({ readonly type: "set" /** Seconds. */; readonly fade?: number } & ControlChanges)
  | { readonly type: "take_up" }
  | { readonly type: "ping"; readonly client_time: number }
  | { readonly type: "played"; readonly sequence: number };
