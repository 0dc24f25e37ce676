/** JSON control messages, named and spelled as on the wire (`server/PROTOCOL.md`). */

export type Role = "viewer" | "performer";

/** Weight of each emotion label; absent labels weigh nothing. */
export type EmotionWeights = Readonly<Record<string, number>>;

export interface SkeletonDescription {
  readonly joints: readonly string[];
  /** Index of each joint's parent, parents first; -1 for the first joint. */
  readonly parents: readonly number[];
  /** Offset from the parent in rest, metres; for the first joint its place above the floor. */
  readonly rest_offsets: readonly (readonly [number, number, number])[];
}

export interface Controls {
  readonly emotion: EmotionWeights;
  /** Unitless, 0.5 to 2; 1 is the model's own. */
  readonly energy: number;
}

export interface Status {
  readonly source: string;
  readonly source_state: "delivering" | "starting" | "lost";
  readonly performer: "present" | "absent";
  readonly viewers: number;
}

export interface Hello {
  readonly type: "hello";
  readonly version: number;
  readonly fps: number;
  readonly skeleton: SkeletonDescription;
  /** Labels, in the order of a frame's emotion weights. */
  readonly emotions: readonly string[];
  readonly controls: Controls;
  readonly status: Status;
  readonly model: string;
  /** Metres from the middle of the floor within which the partner stays. */
  readonly stage_radius: number;
}

export interface Refused {
  readonly type: "refused";
  readonly name: string;
  readonly detail: string;
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
  | Pong
  | Refused;

export type ClientMessage =
  | { readonly type: "hello"; readonly version: number; readonly role: Role }
  | { readonly type: "emotion"; readonly weights: EmotionWeights }
  | { readonly type: "energy"; readonly value: number }
  | { readonly type: "take_up" }
  | { readonly type: "ping"; readonly client_time: number }
  | { readonly type: "played"; readonly sequence: number };
