import { protocolVersion } from "./protocolVersion";

/** A MediaPipe world landmark: metres, x to the image's right, y down, z away from the camera. */
export interface Landmark {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** 0 to 1. */
  readonly visibility?: number;
}

/** A place in the picture: picture heights from its middle, x to the right, y down. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
}

/** How somebody stands in a picture. */
export interface Landmarks {
  readonly world: readonly Landmark[];
  readonly image: readonly ImagePoint[];
}

/** Somebody in a picture, and who they are. */
export interface Person extends Landmarks {
  /** Number by which this page follows them, 1 to 255; null while it does not. */
  readonly track: number | null;
  /** What share of the trunk has each colour, in steps of 1/255; null where that is not known. */
  readonly colours: ArrayLike<number> | null;
}

const LANDMARKS_TYPE = 2;
const HEADER_BYTES = 16;
const LANDMARKS = 33;
const LANDMARK_BYTES = 11;
const COLOURS = 64;
const IMAGE_STEPS = 4096;
const INT16_MAX = 32767;

/**
 * Encodes the people that the camera saw at one moment.
 *
 * @param sequence Number of the picture.
 * @param captured When it was taken, seconds of the server's clock.
 * @param people Four at most.
 */
export function encodeLandmarks(
  sequence: number,
  captured: number,
  people: readonly Person[],
): ArrayBuffer {
  const followed = people.some(({ track, colours }) => track !== null || colours !== null);
  const size = LANDMARKS * LANDMARK_BYTES + (followed ? 1 + COLOURS : 0);
  const bytes = new ArrayBuffer(HEADER_BYTES + people.length * size);
  const view = new DataView(bytes);
  view.setUint8(0, protocolVersion);
  view.setUint8(1, LANDMARKS_TYPE);
  view.setUint8(2, followed ? 1 : 0);
  view.setUint8(3, people.length);
  view.setUint32(4, sequence, true);
  view.setFloat64(8, captured, true);
  people.forEach((person, row) => {
    const at = HEADER_BYTES + row * size;
    encodePerson(view, at, person);
    if (followed) encodeIdentity(bytes, at + LANDMARKS * LANDMARK_BYTES, person);
  });
  return bytes;
}

function encodePerson(view: DataView, at: number, { world, image }: Landmarks): void {
  for (let i = 0; i < LANDMARKS; i++) {
    encodeLandmark(view, at + i * LANDMARK_BYTES, world[i] as Landmark, image[i] as ImagePoint);
  }
}

function encodeIdentity(bytes: ArrayBuffer, at: number, { track, colours }: Person): void {
  new Uint8Array(bytes, at, 1 + COLOURS).set([track ?? 0, ...Array.from(colours ?? [])]);
}

function encodeLandmark(view: DataView, at: number, landmark: Landmark, place: ImagePoint): void {
  view.setInt16(at, quantise(landmark.x, 1000), true);
  view.setInt16(at + 2, quantise(landmark.y, 1000), true);
  view.setInt16(at + 4, quantise(landmark.z, 1000), true);
  const visibility = Math.min(1, Math.max(0, landmark.visibility ?? 0));
  view.setUint8(at + 6, Math.round(visibility * 255));
  view.setInt16(at + 7, quantise(place.x, IMAGE_STEPS), true);
  view.setInt16(at + 9, quantise(place.y, IMAGE_STEPS), true);
}

function quantise(value: number, perUnit: number): number {
  return Math.min(INT16_MAX, Math.max(-INT16_MAX, Math.round(value * perUnit)));
}
