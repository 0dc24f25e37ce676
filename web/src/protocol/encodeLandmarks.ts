import { protocolVersion } from "./protocolVersion";

/** A MediaPipe world landmark: metres, x to the image's right, y down, z away from the camera. */
export interface Landmark {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** 0 to 1. */
  readonly visibility?: number;
}

const LANDMARKS_TYPE = 2;
const HEADER_BYTES = 16;
const LANDMARK_BYTES = 7;
const INT16_MAX = 32767;

/**
 * Encodes what the camera saw at one moment.
 *
 * @param sequence Number of the message.
 * @param captureTime Seconds of this client's clock.
 * @param landmarks World landmarks; null when nobody is in the picture.
 */
export function encodeLandmarks(
  sequence: number,
  captureTime: number,
  landmarks: readonly Landmark[] | null,
): ArrayBuffer {
  const count = landmarks?.length ?? 0;
  const bytes = new ArrayBuffer(HEADER_BYTES + count * LANDMARK_BYTES);
  const view = new DataView(bytes);
  view.setUint8(0, protocolVersion);
  view.setUint8(1, LANDMARKS_TYPE);
  view.setUint8(2, landmarks === null ? 0 : 1);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, captureTime, true);
  landmarks?.forEach((landmark, i) => {
    encodeLandmark(view, HEADER_BYTES + i * LANDMARK_BYTES, landmark);
  });
  return bytes;
}

function encodeLandmark(view: DataView, at: number, landmark: Landmark): void {
  view.setInt16(at, millimetres(landmark.x), true);
  view.setInt16(at + 2, millimetres(landmark.y), true);
  view.setInt16(at + 4, millimetres(landmark.z), true);
  const visibility = Math.min(1, Math.max(0, landmark.visibility ?? 0));
  view.setUint8(at + 6, Math.round(visibility * 255));
}

function millimetres(metres: number): number {
  return Math.min(INT16_MAX, Math.max(-INT16_MAX, Math.round(metres * 1000)));
}
