import type { Figure } from "./figure";
import type { Part } from "./part";

/** Along the bones of the fingers: radii of base, knuckle and tip on the longest, metres. */
const FINGER = [0.0098, 0.0096, 0.0088, 0.0078, 0.0062];

/** Two limbs that end alike need no more to pass into one another; more would swell. */
export const SEAMLESS = 0.006;

/** Upper arm to fingertips, of the left side. */
export function armParts({ limbs }: Figure): Part[] {
  const girth = (...radii: number[]) => radii.map((radius) => radius * limbs);
  return [
    // upper arm
    {
      from: ["UpperArm", 0.01],
      to: ["LowerArm"],
      radii: girth(0.045, 0.0455, 0.0425, 0.0385, 0.035, 0.0345),
      blend: 0.03,
    },
    // forearm
    {
      from: ["LowerArm"],
      to: ["Hand"],
      radii: girth(0.0345, 0.035, 0.0365, 0.0335, 0.0275, 0.0225),
      blend: SEAMLESS,
    },
    // palm
    {
      from: ["Hand", -0.005],
      to: ["Hand", 0.082, -0.004, 0.001],
      radii: [0.0235, 0.028, 0.0345, 0.036, 0.033],
      shape: [1, 0.44, 1],
      blend: 0.016,
    },
    // ball of the thumb
    {
      from: ["Hand", 0.018, -0.008, 0.016],
      to: ["Hand", 0.05, -0.013, 0.034],
      radii: [0.015, 0.0145],
      blend: 0.018,
    },
    // thumb
    {
      from: ["Hand", 0.05, -0.013, 0.036],
      to: ["Hand", 0.098, -0.02, 0.06],
      radii: [0.0115, 0.0105, 0.0108, 0.0075],
      blend: 0.01,
    },
    ...finger([0.082, -0.001, 0.0255], [0.128, -0.006, 0.0295], [0.158, -0.022, 0.031], 0.97),
    ...finger([0.086, 0.0, 0.0085], [0.137, -0.006, 0.0095], [0.17, -0.025, 0.0095], 1),
    ...finger([0.083, -0.001, -0.0085], [0.13, -0.009, -0.0105], [0.16, -0.028, -0.0115], 0.95),
    ...finger([0.075, -0.003, -0.0245], [0.112, -0.012, -0.0285], [0.136, -0.027, -0.0305], 0.84),
  ];
}

type Offset = readonly [x: number, y: number, z: number];

/** A finger that is a little bent, from its knuckle over its middle joint to its tip. */
function finger(knuckle: Offset, middle: Offset, tip: Offset, size: number): Part[] {
  const radii = FINGER.map((radius) => radius * size);
  return [
    { from: ["Hand", ...knuckle], to: ["Hand", ...middle], radii: radii.slice(0, 3), blend: 0.005 },
    { from: ["Hand", ...middle], to: ["Hand", ...tip], radii: radii.slice(2), blend: 0.002 },
  ];
}
