import type { Figure } from "./figure";
import type { Part } from "./part";

/** Pelvis to neck: parts of the middle, then those of the left side. */
export function trunkParts(figure: Figure): readonly [middle: Part[], side: Part[]] {
  const { shoulders, waist, hips, breasts } = figure;
  const middle: Part[] = [
    // pelvis
    {
      from: ["hips", -0.06 * hips, -0.015],
      to: ["hips", 0.06 * hips, -0.015],
      radii: [0.088, 0.09, 0.088].map((radius) => radius * (0.5 + 0.5 * hips)),
      blend: 0.06,
      zone: "costume",
    },
    // waist
    {
      from: ["spine", -0.036 * waist, 0.015],
      to: ["spine", 0.036 * waist, 0.015],
      radii: [0.068, 0.071, 0.068].map((radius) => radius * waist),
      blend: 0.09,
      zone: "costume",
    },
    // ribcage
    {
      from: ["chest", 0, -0.01, -0.006],
      to: ["chest", 0, 0.125, -0.006],
      radii: [0.104 * waist, 0.118 * shoulders, 0.108 * shoulders],
      shape: [1.16, 1, 0.86],
      blend: 0.06,
      zone: "costume",
    },
    // neck
    {
      from: ["neck", 0, -0.06, -0.016],
      to: ["head", 0, 0.05, 0.0],
      radii: [0.058, 0.049, 0.046, 0.049].map((radius) => radius * (0.5 + 0.5 * shoulders)),
      blend: 0.045,
    },
  ];
  const side: Part[] = [
    // buttock
    {
      from: ["hips", 0.07 * hips, -0.05, -0.05],
      radii: [0.074 * hips],
      blend: 0.07,
      zone: "costume",
    },
    // trapezius
    {
      from: ["Shoulder", -0.02, 0.03, -0.016],
      to: ["UpperArm", -0.03, 0.004, -0.01],
      radii: [0.036, 0.034, 0.038].map((radius) => radius * shoulders),
      blend: 0.06,
    },
    // armpit
    {
      from: ["Shoulder", 0.02, -0.03],
      to: ["UpperArm", -0.02, -0.02],
      radii: [0.06, 0.05].map((radius) => radius * shoulders),
      blend: 0.06,
      zone: "costume",
    },
    // deltoid
    { from: ["UpperArm", 0.008, -0.004], radii: [0.053 * shoulders], blend: 0.045 },
  ];
  return [middle, breasts > 0 ? [breast(breasts), ...side] : [pectoral(shoulders), ...side]];
}

function breast(radius: number): Part {
  return { from: ["chest", 0.056, 0.098, 0.056], radii: [radius], blend: 0.075, zone: "costume" };
}

function pectoral(shoulders: number): Part {
  return {
    from: ["chest", 0.03, 0.125, 0.06],
    to: ["chest", 0.09, 0.14, 0.045],
    radii: [0.04 * shoulders, 0.038 * shoulders],
    shape: [1, 1, 0.8],
    blend: 0.06,
    zone: "costume",
  };
}
