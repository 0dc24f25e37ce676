import type { Controls, Hello, ServerMessage, Status } from "./messages";
import { ProtocolError } from "./protocolError";
import { protocolVersion } from "./protocolVersion";

type Kind = "number" | "string" | "object" | "array" | "boolean" | "beat";

const CONTROLS: Readonly<Record<keyof Controls, Kind>> = {
  emotion: "object",
  content: "object",
  energy: "number",
  text: "string",
  temperature: "number",
  influence: "number",
  mode: "string",
  model: "string",
  seed: "number",
  stage_radius: "number",
  dancers: "string",
  panic: "string",
  look: "string",
  placement: "string",
  beat: "beat",
  tempo: "string",
  recording: "boolean",
  voting: "string",
  audience_share: "number",
  audience_emotion: "object",
};

const STATUS: Readonly<Record<keyof Status, Kind>> = {
  source: "string",
  source_state: "string",
  performer: "string",
  people: "number",
  viewers: "number",
  late: "number",
};

/** Kind of each field that a message of a type must have. */
const FIELDS: Readonly<Record<ServerMessage["type"], Readonly<Record<string, Kind>>>> = {
  hello: {
    version: "number",
    stage: "string",
    session: "string",
    role: "string",
    model: "string",
    models: "array",
    fps: "number",
    stage_radius: "number",
    skeleton: "object",
    emotions: "array",
    contents: "array",
    texts: "array",
    controls: "object",
    status: "object",
  },
  controls: CONTROLS,
  status: STATUS,
  cues: {},
  pong: { client_time: "number", server_time: "number" },
  refused: { name: "string", detail: "string" },
};

/**
 * Reads a control message of the server.
 *
 * @returns The message, or null when its type is unknown to this page and may be passed over.
 * @throws ProtocolError when the text is not JSON, or a field is missing or of another kind.
 */
export function parseServerMessage(text: string): ServerMessage | null {
  const message = parseObject(text);
  const type = message.type;
  if (typeof type !== "string") throw new ProtocolError(`expected a type, got ${kindOf(type)}`);
  if (!Object.hasOwn(FIELDS, type)) return null;
  // A hello of another version may look different in all but its version.
  const { version } = message;
  if (type === "hello" && version !== protocolVersion && typeof version === "number") {
    return message as unknown as Hello;
  }
  checkFields(message, type, FIELDS[type as ServerMessage["type"]]);
  const known = message as unknown as ServerMessage;
  if (known.type === "hello") checkHello(known);
  return known;
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError(`expected JSON, got ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (kindOf(value) !== "object") {
    throw new ProtocolError(`expected an object, got ${kindOf(value)}`);
  }
  return value as Record<string, unknown>;
}

function checkFields(message: object, where: string, kinds: Readonly<Record<string, Kind>>): void {
  for (const [field, kind] of Object.entries(kinds)) {
    const value = (message as Record<string, unknown>)[field];
    const fits = kind === "beat" ? isBeat(value) : kindOf(value) === kind;
    if (!fits) {
      throw new ProtocolError(`expected ${kind} at ${where}.${field}, got ${kindOf(value)}`);
    }
  }
}

function isBeat(value: unknown): boolean {
  if (value === null) return true;
  const { bpm, at } = Object(value);
  return typeof bpm === "number" && typeof at === "number";
}

function checkHello(hello: Hello): void {
  checkFields(hello.controls, "controls", CONTROLS);
  checkFields(hello.status, "status", STATUS);
  checkSkeleton(hello);
}

function checkSkeleton({ skeleton, fps }: Hello): void {
  const { joints, parents, rest_offsets: offsets } = skeleton;
  if (![joints, parents, offsets].every(Array.isArray)) {
    throw new ProtocolError("expected joints, parents and rest_offsets as arrays");
  }
  if (parents.length !== joints.length || offsets.length !== joints.length) {
    throw new ProtocolError(
      `expected ${joints.length} parents and offsets, got ${parents.length} and ${offsets.length}`,
    );
  }
  const broken = parents.findIndex((parent, joint) => parent >= joint || (parent < 0 && joint > 0));
  if (broken >= 0) throw new ProtocolError(`expected joint ${broken} after its parent`);
  if (!(fps > 0)) throw new ProtocolError(`expected fps above 0, got ${fps}`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
