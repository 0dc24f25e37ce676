/** Edges between the bands that are heard apart: drums, voices, cymbals; hertz. */
const EDGES = [200, 2000] as const;
/** How far quiet sounds count: as loud as this they count half-way on a logarithmic scale. */
const FLOOR = 1e-3;

/**
 * Measures how strongly sounds begin, moment by moment: how much louder each band has become.
 *
 * @param samples In [-1, 1].
 * @param rate Samples per second.
 * @param perSecond Moments per second.
 *
 * References: E. D. Scheirer, "Tempo and Beat Analysis of Acoustic Musical Signals", JASA 103, 1998.
 */
export function onsetStrength(
  samples: Float32Array,
  rate: number,
  perSecond: number,
): Float32Array {
  const hop = rate / perSecond;
  const strengths = new Float32Array(Math.floor(samples.length / hop));
  for (const loudness of bandLoudness(samples, rate, hop, strengths.length)) {
    for (let i = 1; i < strengths.length; i++) {
      const rise = (loudness[i] as number) - (loudness[i - 1] as number);
      strengths[i] = (strengths[i] as number) + Math.max(0, rise);
    }
  }
  return strengths;
}

/** Logarithm of each band's energy in each moment. */
function bandLoudness(
  samples: Float32Array,
  rate: number,
  hop: number,
  count: number,
): Float32Array[] {
  const energies = [0, ...EDGES].map(() => new Float32Array(count));
  const smoothing = EDGES.map((edge) => 1 - Math.exp((-2 * Math.PI * edge) / rate));
  const [low, mid, high] = energies as [Float32Array, Float32Array, Float32Array];
  const [slow, quick] = smoothing as [number, number];
  let [below, middle] = [0, 0];
  for (let at = 0; at < samples.length; at++) {
    const sample = samples[at] as number;
    below += slow * (sample - below);
    middle += quick * (sample - middle);
    const moment = Math.min(count - 1, Math.floor(at / hop));
    low[moment] = (low[moment] as number) + below ** 2;
    mid[moment] = (mid[moment] as number) + (middle - below) ** 2;
    high[moment] = (high[moment] as number) + (sample - middle) ** 2;
  }
  return energies.map((band) => band.map((energy) => Math.log1p(energy / hop / FLOOR)));
}
