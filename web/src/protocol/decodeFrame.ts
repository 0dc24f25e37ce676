import { ProtocolError } from "./protocolError";
import { protocolVersion } from "./protocolVersion";

/** A dancer of a frame; kind and id name it from frame to frame. */
export interface FrameFigure {
  /** The partner, or the performer's own skeleton. */
  readonly kind: "partner" | "performer";
  /** Tells those of a kind apart from frame to frame; the first partner is 0. */
  readonly id: number;
  /** The partner took up its performer again at this frame. */
  readonly takenUp: boolean;
  /** Feet on the floor; bit 0 leftFoot, 1 leftToes, 2 rightFoot, 3 rightToes. */
  readonly contacts: number;
  /** World position of the hips, metres. */
  readonly hips: Float32Array;
  /** Local rotations, (x, y, z, w) joint after joint. */
  readonly rotations: Float32Array;
}

/** What a stage shows at one time. */
export interface Frame {
  /** Frame number. */
  readonly sequence: number;
  /** When the server made it, seconds of the server's monotonic clock. */
  readonly time: number;
  /** When the picture was taken that shaped it, on the same clock; not a number when none did. */
  readonly captured: number;
  /** Whether a performer is seen. */
  readonly performerPresent: boolean;
  /** Weights that coloured this frame, in the order of the hello's labels. */
  readonly emotion: Float32Array;
  /** Who dances; they come and go. */
  readonly figures: readonly FrameFigure[];
}

const FRAME_TYPE = 1;
const HEADER_BYTES = 25;
const FIGURE_BYTES = 10;
const ROTATION_BYTES = 6;
const KINDS = ["partner", "performer"] as const;

/**
 * Decodes a binary frame.
 *
 * @param bytes The whole message.
 * @param jointCount Number of joints of the skeleton in the hello.
 * @param emotionCount Labels in the hello.
 * @throws ProtocolError when version, type or length do not fit.
 */
export function decodeFrame(bytes: ArrayBuffer, jointCount: number, emotionCount: number): Frame {
  const view = new DataView(bytes);
  if (view.byteLength < HEADER_BYTES) expectEqual("bytes", view.byteLength, HEADER_BYTES);
  expectEqual("version", view.getUint8(0), protocolVersion);
  expectEqual("type", view.getUint8(1), FRAME_TYPE);
  expectEqual("emotions", view.getUint8(24), emotionCount);
  const figuresAt = HEADER_BYTES + emotionCount;
  const figureBytes = FIGURE_BYTES + jointCount * ROTATION_BYTES;
  const count = view.getUint8(3);
  expectEqual("bytes", view.byteLength, figuresAt + count * figureBytes);
  return {
    sequence: view.getUint32(4, true),
    time: view.getFloat64(8, true),
    captured: view.getFloat64(16, true),
    performerPresent: (view.getUint8(2) & 1) !== 0,
    emotion: Float32Array.from(
      new Uint8Array(bytes, HEADER_BYTES, emotionCount),
      (weight) => weight / 100,
    ),
    figures: Array.from({ length: count }, (_, i) =>
      decodeFigure(view, figuresAt + i * figureBytes, jointCount),
    ),
  };
}

function decodeFigure(view: DataView, at: number, jointCount: number): FrameFigure {
  const kind = KINDS[view.getUint8(at)];
  if (kind === undefined) {
    throw new ProtocolError(`expected 0 or 1 at kind, got ${view.getUint8(at)}`);
  }
  const rotations = new Float32Array(jointCount * 4);
  for (let joint = 0; joint < jointCount; joint++) {
    decodeRotation(view, at + FIGURE_BYTES + joint * ROTATION_BYTES, rotations, joint * 4);
  }
  return {
    kind,
    id: view.getUint8(at + 1),
    takenUp: (view.getUint8(at + 2) & 1) !== 0,
    contacts: view.getUint8(at + 3),
    hips: Float32Array.from([4, 6, 8], (offset) => view.getInt16(at + offset, true) / 1000),
    rotations,
  };
}

function expectEqual(what: string, got: number, expected: number): void {
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
