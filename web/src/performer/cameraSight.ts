import type { Landmark, Person } from "../protocol/encodeLandmarks";

/** What a performer's camera saw in one picture. */
export interface CameraSight {
  /** When the picture was taken, seconds of the page's clock. */
  readonly captured: number;
  /** Landmarks to send up; the picture itself never leaves the page. */
  readonly people: readonly Person[];
  /** Landmarks in the picture, 0 to 1 from its top left; null when nobody is in it. */
  readonly picture: readonly Landmark[] | null;
  /** Mean of the picture, from 0 for black to 1 for white. */
  readonly brightness: number;
  /** Pictures that the camera takes, per second; null while that is not known. */
  readonly rate: number | null;
}
