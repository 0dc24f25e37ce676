import type { SkeletonDescription } from "../protocol/messages";
import type { BodyZone, Limb, Vector3Tuple } from "./limb";

/** Where on the body: a joint, and metres from it on a figure of 1.70 m (x outwards on a side). */
type Place = readonly [joint: string, x?: number, y?: number, z?: number];

interface Part {
  readonly from: Place;
  readonly to?: Place;
  readonly radii: readonly number[];
  readonly shape?: Vector3Tuple;
  readonly blend?: number;
  readonly zone?: BodyZone;
}

const HIPS_HEIGHT = 0.95;

const MIDDLE: readonly Part[] = [
  // pelvis
  {
    from: ["hips", -0.062, -0.015],
    to: ["hips", 0.062, -0.015],
    radii: [0.088, 0.09, 0.088],
    blend: 0.06,
    zone: "costume",
  },
  // waist
  {
    from: ["spine", -0.042, 0.01],
    to: ["spine", 0.042, 0.01],
    radii: [0.073, 0.076, 0.073],
    blend: 0.09,
    zone: "costume",
  },
  // ribcage
  {
    from: ["chest", 0, -0.01, -0.006],
    to: ["chest", 0, 0.13, -0.006],
    radii: [0.104, 0.118, 0.108],
    shape: [1.16, 1, 0.86],
    blend: 0.06,
    zone: "costume",
  },
  // neck
  {
    from: ["neck", 0, -0.05, -0.014],
    to: ["head", 0, 0.03, 0.004],
    radii: [0.056, 0.05, 0.047, 0.048],
    blend: 0.045,
  },
  // skull
  { from: ["head", 0, 0.1, 0.006], radii: [0.087], shape: [0.86, 1.1, 1], blend: 0.03 },
  // jaw
  {
    from: ["head", 0, 0.055, 0.036],
    to: ["head", 0, 0.014, 0.05],
    radii: [0.056, 0.036],
    shape: [0.95, 1, 1],
    blend: 0.04,
  },
  // nose
  {
    from: ["head", 0, 0.105, 0.082],
    to: ["head", 0, 0.068, 0.094],
    radii: [0.006, 0.009],
    blend: 0.03,
  },
  // hair
  {
    from: ["head", 0, 0.118, -0.014],
    radii: [0.091],
    shape: [0.9, 1.06, 0.98],
    blend: 0.012,
    zone: "hair",
  },
  // knot
  {
    from: ["head", 0, 0.165, -0.088],
    radii: [0.042],
    shape: [1, 1, 0.9],
    blend: 0.022,
    zone: "hair",
  },
];

/** Parts of the left side; the right is its mirror image. */
const SIDE: readonly Part[] = [
  // breast
  { from: ["chest", 0.058, 0.1, 0.058], radii: [0.052], blend: 0.06, zone: "costume" },
  // buttock
  { from: ["hips", 0.072, -0.05, -0.05], radii: [0.074], blend: 0.07, zone: "costume" },
  // trapezius
  {
    from: ["Shoulder", -0.02, 0.03, -0.012],
    to: ["UpperArm", -0.03, 0.004, -0.008],
    radii: [0.038, 0.036, 0.04],
    blend: 0.06,
  },
  // armpit
  {
    from: ["Shoulder", 0.02, -0.03, 0],
    to: ["UpperArm", -0.02, -0.02, 0],
    radii: [0.06, 0.05],
    blend: 0.06,
    zone: "costume",
  },
  // deltoid
  { from: ["UpperArm", 0.008, -0.004], radii: [0.055], blend: 0.04 },
  // upper arm
  {
    from: ["UpperArm", 0.01],
    to: ["LowerArm"],
    radii: [0.047, 0.046, 0.041, 0.036, 0.034],
    blend: 0.03,
  },
  // forearm
  { from: ["LowerArm"], to: ["Hand"], radii: [0.035, 0.038, 0.034, 0.028, 0.023], blend: 0.008 },
  // palm
  {
    from: ["Hand"],
    to: ["Hand", 0.078, -0.002, 0.002],
    radii: [0.023, 0.033, 0.036, 0.033],
    shape: [1, 0.52, 1],
    blend: 0.02,
  },
  // thumb
  {
    from: ["Hand", 0.022, -0.004, 0.022],
    to: ["Hand", 0.078, -0.012, 0.056],
    radii: [0.013, 0.0115, 0.0085],
    blend: 0.014,
  },
  // index finger
  {
    from: ["Hand", 0.085, -0.001, 0.027],
    to: ["Hand", 0.157, -0.013, 0.032],
    radii: [0.0105, 0.0095, 0.007],
    blend: 0.006,
  },
  // middle finger
  {
    from: ["Hand", 0.09, 0, 0.0085],
    to: ["Hand", 0.168, -0.016, 0.01],
    radii: [0.011, 0.0095, 0.007],
    blend: 0.006,
  },
  // ring finger
  {
    from: ["Hand", 0.086, -0.001, -0.0105],
    to: ["Hand", 0.158, -0.019, -0.012],
    radii: [0.0105, 0.009, 0.007],
    blend: 0.006,
  },
  // little finger
  {
    from: ["Hand", 0.08, -0.003, -0.028],
    to: ["Hand", 0.136, -0.02, -0.033],
    radii: [0.0095, 0.008, 0.0065],
    blend: 0.006,
  },
  // thigh
  {
    from: ["UpperLeg", 0.002, -0.005],
    to: ["LowerLeg"],
    radii: [0.084, 0.083, 0.074, 0.061, 0.048],
    blend: 0.035,
    zone: "costume",
  },
  // shin
  {
    from: ["LowerLeg"],
    to: ["Foot"],
    radii: [0.048, 0.049, 0.042, 0.033, 0.029],
    blend: 0.008,
    zone: "costume",
  },
  // calf
  {
    from: ["LowerLeg", 0, -0.08, -0.018],
    to: ["LowerLeg", 0, -0.17, -0.014],
    radii: [0.042, 0.037],
    blend: 0.05,
    zone: "costume",
  },
  // heel
  { from: ["Foot", 0, -0.046, -0.03], radii: [0.034], blend: 0.025 },
  // instep
  {
    from: ["Foot", 0, -0.02, 0.005],
    to: ["Toes", 0, 0.008, 0],
    radii: [0.036, 0.033, 0.031],
    shape: [1, 0.86, 1],
    blend: 0.02,
  },
  // toes
  {
    from: ["Toes", 0, 0.002, -0.01],
    to: ["Toes", -0.004, -0.003, 0.052],
    radii: [0.034, 0.032, 0.021],
    shape: [1.12, 0.62, 1],
    blend: 0.02,
  },
];

/**
 * Models our figure on a skeleton: a dancer with a knot of hair, in a costume.
 *
 * The parts follow the skeleton's joints and its size; a part whose joint the skeleton lacks is
 * left out.
 */
export function bodyParts(skeleton: SkeletonDescription): Limb[] {
  const rest = restPositions(skeleton);
  const scale = (rest[0]?.[1] ?? HIPS_HEIGHT) / HIPS_HEIGHT;
  const place = ([joint, x = 0, y = 0, z = 0]: Place, side: number) => {
    const prefix = side < 0 ? "right" : "left";
    const at = skeleton.joints.findIndex((name) => name === joint || name === prefix + joint);
    const [rx, ry, rz] = rest[at] ?? [0, 0, 0];
    const mirrored = side < 0 ? -x : x;
    return { at, vector: [rx + mirrored * scale, ry + y * scale, rz + z * scale] as Vector3Tuple };
  };
  const build = (part: Part, side: number): Limb[] => {
    const from = place(part.from, side);
    const to = place(part.to ?? part.from, side);
    if (from.at < 0 || to.at < 0) return [];
    return [
      {
        joint: from.at,
        side,
        from: from.vector,
        to: to.vector,
        radii: part.radii.map((radius) => radius * scale),
        shape: part.shape ?? [1, 1, 1],
        blend: (part.blend ?? 0.02) * scale,
        zone: part.zone ?? "skin",
      },
    ];
  };
  return [
    ...MIDDLE.flatMap((part) => build(part, 0)),
    ...SIDE.flatMap((part) => [...build(part, 1), ...build(part, -1)]),
  ];
}

function restPositions({ parents, rest_offsets: offsets }: SkeletonDescription): Vector3Tuple[] {
  const rest: Vector3Tuple[] = [];
  offsets.forEach(([x, y, z], joint) => {
    const [px, py, pz] = rest[parents[joint] ?? -1] ?? [0, 0, 0];
    rest.push([px + x, py + y, pz + z]);
  });
  return rest;
}
