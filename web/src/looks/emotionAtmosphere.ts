/** How an emotion fills the room with light, and how fast the picture goes. */
export interface EmotionAtmosphere {
  /** Strength of the light from the front; 1 is usual, like those below. */
  key: number;
  /** Strength of the light from behind, which draws the outline. */
  rim: number;
  /** Half the angle of the cone of light that the dancer stands in, radians. */
  pool: number;
  /** Strength of the light on the back of the room. */
  backdrop: number;
  /** How wide that light spreads. */
  spread: number;
  /** How high that light lies: 0 on the floor, 1 overhead. */
  height: number;
  /** Pace of the camera. */
  pace: number;
}

type Row = readonly [
  key: number,
  rim: number,
  pool: number,
  backdrop: number,
  spread: number,
  height: number,
  pace: number,
];

/** Chosen by eye; a label that is not here looks as neutral. */
const CHOSEN: Readonly<Record<string, Row>> = {
  neutral: [1, 0.9, 0.38, 2.4, 1.25, 0.35, 1],
  happy: [1.2, 1, 0.46, 4, 1.5, 0.3, 1.25],
  sad: [0.5, 0.7, 0.2, 1.1, 0.7, 0.95, 0.55],
  angry: [0.55, 2, 0.26, 3.2, 1.1, 0, 1.6],
  proud: [1.1, 1.6, 0.3, 2.6, 0.75, 0.8, 0.75],
  afraid: [0.32, 1.3, 0.15, 0.45, 0.5, 0.5, 1.3],
  tired: [0.55, 0.5, 0.42, 1.2, 1.4, 0.1, 0.5],
  excited: [1.15, 1.7, 0.5, 4.6, 1.7, 0.45, 1.8],
};

/** Returns the atmosphere of an emotion label. */
export function emotionAtmosphere(label: string): EmotionAtmosphere {
  const row = (Object.hasOwn(CHOSEN, label) ? CHOSEN[label] : CHOSEN.neutral) as Row;
  const [key, rim, pool, backdrop, spread, height, pace] = row;
  return { key, rim, pool, backdrop, spread, height, pace };
}
