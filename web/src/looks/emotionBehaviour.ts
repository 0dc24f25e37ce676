/** How an emotion moves what follows a figure; the same words for every look. */
export interface EmotionBehaviour {
  /** How long motion is remembered: trails, lives of particles; seconds. */
  memory: number;
  /** Speed at which marks of motion swirl, m/s. */
  turbulence: number;
  /** Speed at which marks of motion rise, m/s; negative sinks. */
  rise: number;
  /** Share of a limb's own velocity that its marks carry on with. */
  carry: number;
  /** Speed at which a limb leaves its marks in full, m/s: what is lively in this emotion. */
  stir: number;
  /** Size of strokes, veils and grains; 1 is usual. */
  weight: number;
  /** How torn edges are, 0 to 1. */
  roughness: number;
  /** Echoes of the figure. */
  echoes: number;
  /** From one echo to the next, seconds. */
  delay: number;
  /** From one echo to the next, metres. */
  distance: number;
  /** How strongly the beat shows; 1 is usual. */
  pulse: number;
}

type Row = readonly [
  memory: number,
  turbulence: number,
  rise: number,
  carry: number,
  stir: number,
  weight: number,
  roughness: number,
  echoes: number,
  delay: number,
  distance: number,
  pulse: number,
];

/** Chosen by eye; a label that is not here behaves as neutral. */
const CHOSEN: Readonly<Record<string, Row>> = {
  neutral: [1.3, 0.1, 0.04, 0.25, 0.7, 1, 0.3, 4, 0.3, 0.62, 0.5],
  happy: [1.5, 0.22, 0.3, 0.4, 1.1, 1.1, 0.25, 6, 0.22, 0.6, 1],
  sad: [2.8, 0.05, -0.22, 0.1, 0.16, 0.75, 0.5, 3, 0.7, 0.5, 0.15],
  angry: [0.75, 0.5, 0.08, 0.9, 1.4, 1.5, 0.95, 7, 0.1, 0.46, 0.9],
  proud: [2, 0.07, 0.16, 0.2, 0.7, 1.35, 0.15, 6, 0.4, 0.8, 0.6],
  afraid: [0.55, 0.7, 0, 0.15, 0.4, 0.55, 0.85, 8, 0.17, 0.9, 0.3],
  tired: [2.2, 0.06, -0.12, 0.12, 0.3, 0.8, 0.65, 2, 0.9, 0.5, 0.1],
  excited: [1, 0.38, 0.5, 0.7, 1.2, 1.2, 0.45, 8, 0.16, 0.68, 1.2],
};

/** Returns the behaviour of an emotion label. */
export function emotionBehaviour(label: string): EmotionBehaviour {
  const row = (Object.hasOwn(CHOSEN, label) ? CHOSEN[label] : CHOSEN.neutral) as Row;
  const [memory, turbulence, rise, carry, stir, weight, roughness, echoes, delay, distance, pulse] =
    row;
  return {
    memory,
    turbulence,
    rise,
    carry,
    stir,
    weight,
    roughness,
    echoes,
    delay,
    distance,
    pulse,
  };
}
