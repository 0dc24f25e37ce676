import { SEAMLESS } from "./armParts";
import type { Figure } from "./figure";
import type { Part } from "./part";

/** Thigh to toes, of the left side. */
export function legParts({ limbs }: Figure): Part[] {
  const girth = (...radii: number[]) => radii.map((radius) => radius * limbs);
  return [
    // thigh
    {
      from: ["UpperLeg", 0.002, -0.005],
      to: ["LowerLeg"],
      radii: girth(0.084, 0.083, 0.076, 0.065, 0.053, 0.0485),
      blend: 0.035,
      zone: "costume",
    },
    // shin
    {
      from: ["LowerLeg"],
      to: ["Foot"],
      radii: girth(0.0485, 0.047, 0.046, 0.042, 0.0335, 0.029),
      blend: SEAMLESS,
      zone: "costume",
    },
    // calf
    {
      from: ["LowerLeg", 0, -0.085, -0.016],
      to: ["LowerLeg", 0, -0.18, -0.012],
      radii: girth(0.041, 0.036),
      blend: 0.055,
      zone: "costume",
    },
    // ankle
    { from: ["Foot", 0, 0.0, -0.006], radii: [0.031], blend: 0.02 },
    // heel
    {
      from: ["Foot", 0, -0.03, -0.03],
      to: ["Foot", 0, -0.05, -0.026],
      radii: [0.024, 0.03],
      shape: [0.95, 1, 1],
      blend: 0.02,
    },
    // instep
    {
      from: ["Foot", 0, -0.022, 0.002],
      to: ["Toes", 0, 0.004, -0.004],
      radii: [0.036, 0.032, 0.029],
      shape: [1.02, 0.9, 1],
      blend: 0.03,
    },
    // outer edge
    {
      from: ["Foot", 0.012, -0.056, -0.01],
      to: ["Toes", 0.02, 0.0, -0.005],
      radii: [0.024, 0.022, 0.02],
      blend: 0.03,
    },
    // ball
    {
      from: ["Toes", -0.018, 0.0, 0.0],
      to: ["Toes", 0.022, -0.002, -0.008],
      radii: [0.022, 0.019],
      blend: 0.02,
    },
    ...toes,
  ];
}

const toes: readonly Part[] = [
  toe([-0.022, 0, 0.012], [-0.024, -0.004, 0.05], 0.0145),
  toe([-0.003, 0, 0.014], [-0.003, -0.007, 0.05], 0.0105),
  toe([0.01, 0, 0.01], [0.0115, -0.008, 0.043], 0.0098),
  toe([0.021, -0.001, 0.005], [0.0235, -0.009, 0.034], 0.0092),
  toe([0.03, -0.002, -0.001], [0.034, -0.01, 0.023], 0.0086),
];

type Offset = readonly [x: number, y: number, z: number];

function toe(from: Offset, to: Offset, radius: number): Part {
  return {
    from: ["Toes", ...from],
    to: ["Toes", ...to],
    radii: [radius, 0.92 * radius, radius],
    blend: 0.007,
  };
}
