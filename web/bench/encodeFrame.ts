import type { Pose } from "../src/motion/interpolatePose";
import { protocolVersion } from "../src/protocol/protocolVersion";

const HEADER_BYTES = 25;
const FIGURE_BYTES = 10;

/**
 * Encodes a frame of one partner as the server does.
 *
 * @param sequence Frame number.
 * @param time Seconds of the server's clock.
 * @param emotion Weights, in the order of the labels.
 */
export function encodeFrame(
  sequence: number,
  time: number,
  emotion: readonly number[],
  pose: Pose,
  contacts: number,
): ArrayBuffer {
  const figureAt = HEADER_BYTES + emotion.length;
  const joints = pose.rotations.length / 4;
  const view = new DataView(new ArrayBuffer(figureAt + FIGURE_BYTES + joints * 6));
  view.setUint8(0, protocolVersion);
  view.setUint8(1, 1);
  view.setUint8(3, 1);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, time, true);
  view.setFloat64(16, Number.NaN, true);
  view.setUint8(24, emotion.length);
  emotion.forEach((weight, i) => {
    view.setUint8(HEADER_BYTES + i, Math.round(100 * weight));
  });
  view.setUint8(figureAt + 3, contacts);
  for (let axis = 0; axis < 3; axis++) {
    view.setInt16(figureAt + 4 + 2 * axis, 1000 * (pose.hips[axis] as number), true);
  }
  for (let joint = 0; joint < joints; joint++) {
    const rotation = pose.rotations.subarray(4 * joint, 4 * joint + 4);
    encodeRotation(rotation, view, figureAt + FIGURE_BYTES + 6 * joint);
  }
  return view.buffer as ArrayBuffer;
}

/** Smallest three: the largest component is dropped, which the spare top bits tell. */
function encodeRotation(rotation: Float32Array, view: DataView, at: number): void {
  const sizes = rotation.map(Math.abs);
  const dropped = sizes.indexOf(Math.max(...sizes));
  const sign = Math.sign(rotation[dropped] as number);
  const kept = [...rotation].filter((_, i) => i !== dropped);
  const spare = [dropped >> 1, dropped & 1, 0];
  kept.forEach((value, i) => {
    const word = Math.round(((sign * value * Math.SQRT2 + 1) / 2) * 0x7fff);
    view.setUint16(at + 2 * i, word | ((spare[i] as number) << 15), true);
  });
}
