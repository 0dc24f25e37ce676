import { ProtocolError } from "./protocolError";
import { protocolVersion } from "./protocolVersion";

/** One pose of the partner at its time. */
export interface Frame {
  /** Frame number; `sequence / fps` is its media time. */
  readonly sequence: number;
  /** When the server made it, seconds of the server's monotonic clock. */
  readonly time: number;
  /** The partner took the performer up anew at this frame. */
  readonly takenUp: boolean;
  /** World position of the hips, metres. */
  readonly hips: Float32Array;
  /** Local rotations, (x, y, z, w) joint after joint. */
  readonly rotations: Float32Array;
  /** Weights that coloured this frame, in the order of the hello's labels. */
  readonly emotion: Float32Array;
}

const FRAME_TYPE = 1;
const TAKEN_UP = 2;
const HEADER_BYTES = 22;
const ROTATION_BYTES = 6;

/**
 * Decodes a binary frame.
 *
 * @param bytes The whole message.
 * @param jointCount Of the skeleton in the hello.
 * @param emotionCount Labels in the hello.
 * @throws ProtocolError when version, type or length do not fit.
 */
export function decodeFrame(bytes: ArrayBuffer, jointCount: number, emotionCount: number): Frame {
  const view = new DataView(bytes);
  const emotionAt = HEADER_BYTES + jointCount * ROTATION_BYTES;
  check("bytes", view.byteLength, emotionAt + 1 + emotionCount);
  check("version", view.getUint8(0), protocolVersion);
  check("type", view.getUint8(1), FRAME_TYPE);
  check("emotions", view.getUint8(emotionAt), emotionCount);
  const rotations = new Float32Array(jointCount * 4);
  for (let joint = 0; joint < jointCount; joint++) {
    decodeRotation(view, HEADER_BYTES + joint * ROTATION_BYTES, rotations, joint * 4);
  }
  return {
    sequence: view.getUint32(4, true),
    time: view.getFloat64(8, true),
    takenUp: (view.getUint8(2) & TAKEN_UP) !== 0,
    hips: Float32Array.from([16, 18, 20], (at) => view.getInt16(at, true) / 1000),
    rotations,
    emotion: Float32Array.from(new Uint8Array(bytes, emotionAt + 1), (weight) => weight / 100),
  };
}

function check(what: string, got: number, expected: number): void {
  if (got !== expected) throw new ProtocolError(`expected ${expected} at ${what}, got ${got}`);
}

/** Smallest three: 15 bits each, the spare top bits tell which component was dropped. */
function decodeRotation(view: DataView, at: number, out: Float32Array, outAt: number): void {
  const a = view.getUint16(at, true);
  const b = view.getUint16(at + 2, true);
  const c = view.getUint16(at + 4, true);
  const dropped = ((a >> 15) << 1) | (b >> 15);
  const kept = [component(a), component(b), component(c)];
  const rest = 1 - kept.reduce((sum, value) => sum + value * value, 0);
  kept.splice(dropped, 0, Math.sqrt(Math.max(0, rest)));
  // Words that no encoder writes may hold more than unit length.
  const length = Math.hypot(...kept);
  for (let i = 0; i < 4; i++) out[outAt + i] = (kept[i] ?? 0) / length;
}

function component(word: number): number {
  return (((word & 0x7fff) / 0x7fff) * 2 - 1) * Math.SQRT1_2;
}
