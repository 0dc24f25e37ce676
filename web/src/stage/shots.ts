/** How the camera looks at the dancers, relative to the frame that shows them whole. */
export interface Shot {
  /** Angle about the dancers, radians; positive is to their left, the picture's right. */
  azimuth: number;
  /** Height of the camera, metres. */
  eye: number;
  /** Height that it looks at, metres. */
  aim: number;
  /** Share of the distance that shows a dancer whole. */
  distance: number;
}

export type ShotName = "wide" | "side" | "low" | "high" | "close";

/** The first is that of a camera that stands still. */
export const shots: Readonly<Record<ShotName, Readonly<Shot>>> = {
  wide: { azimuth: 0, eye: 1.15, aim: 0.88, distance: 1 },
  side: { azimuth: 0.6, eye: 1.2, aim: 0.95, distance: 0.88 },
  low: { azimuth: -0.42, eye: 0.32, aim: 1.04, distance: 0.9 },
  high: { azimuth: -0.5, eye: 2.7, aim: 0.84, distance: 0.97 },
  close: { azimuth: 0.26, eye: 1.45, aim: 1.27, distance: 0.6 },
};
