import type { Person } from "../protocol/encodeLandmarks";

/** What a performer's camera saw in one picture. */
export interface CameraSight {
  /** When the picture was taken, seconds of the page's clock. */
  readonly captured: number;
  /** Landmarks to send up; the picture itself never leaves the page. */
  readonly people: readonly Person[];
  /** Width of the picture by its height. */
  readonly aspect: number;
  /** Mean of the picture, from 0 for black to 1 for white. */
  readonly brightness: number;
  /** Pictures that the camera takes, per second; null while that is not known. */
  readonly rate: number | null;
}
