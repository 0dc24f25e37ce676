import type { Figure } from "./figure";
import type { Part } from "./part";

/** Skull, face and hair: parts of the middle, then those of the left side. */
export function headParts({ jaw, hair }: Figure): readonly [middle: Part[], side: Part[]] {
  const middle: Part[] = [
    // skull
    { from: ["head", 0, 0.112, -0.008], radii: [0.09], shape: [0.82, 1.02, 1.02], blend: 0.02 },
    // face
    {
      from: ["head", 0, 0.092, 0.03],
      to: ["head", 0, 0.026, 0.043],
      radii: [0.056, 0.049, 0.038 * jaw],
      shape: [0.96, 1, 0.92],
      blend: 0.04,
    },
    // chin
    { from: ["head", 0, -0.001, 0.064], radii: [0.0165 * jaw], shape: [1.3, 1, 1], blend: 0.028 },
    // brow
    {
      from: ["head", -0.034, 0.109, 0.064],
      to: ["head", 0.034, 0.109, 0.064],
      radii: [0.006, 0.0085, 0.006],
      blend: 0.03,
    },
    // nose
    {
      from: ["head", 0, 0.112, 0.0815],
      to: ["head", 0, 0.068, 0.0955],
      radii: [0.007, 0.0068, 0.0064, 0.0078],
      blend: 0.022,
    },
    ...(hair === "none" ? [] : hairParts(hair)),
  ];
  const side: Part[] = [
    // jaw
    {
      from: ["head", 0.049 * jaw, 0.05, 0.004],
      to: ["head", 0.016, 0.004, 0.056],
      radii: [0.017, 0.014],
      blend: 0.035,
    },
    // cheekbone
    { from: ["head", 0.042, 0.069, 0.047], radii: [0.021], blend: 0.04 },
    // cheek
    { from: ["head", 0.035, 0.047, 0.047], radii: [0.019], blend: 0.04 },
    // eye socket
    {
      from: ["head", 0.034, 0.0905, 0.096],
      radii: [0.0165],
      shape: [1.1, 0.75, 1],
      blend: 0.024,
      hollow: true,
    },
    // closed eye
    {
      from: ["head", 0.032, 0.088, 0.0665],
      radii: [0.0135],
      shape: [1.15, 0.8, 0.95],
      blend: 0.006,
    },
    // wing of the nose
    { from: ["head", 0.0095, 0.0625, 0.0875], radii: [0.0065], blend: 0.01 },
    // upper lip
    {
      from: ["head", 0.002, 0.0335, 0.0815],
      to: ["head", 0.019, 0.0295, 0.0755],
      radii: [0.0044, 0.0038, 0.0015],
      blend: 0.007,
    },
    // lower lip
    {
      from: ["head", 0, 0.0245, 0.0805],
      to: ["head", 0.0165, 0.0285, 0.0755],
      radii: [0.0054, 0.0044, 0.0015],
      blend: 0.007,
    },
    // ear
    {
      from: ["head", 0.072, 0.095, -0.012],
      to: ["head", 0.07, 0.07, -0.006],
      radii: [0.02, 0.013],
      shape: [0.4, 1, 0.85],
      blend: 0.008,
    },
  ];
  return [middle, side];
}

function hairParts(hair: "knot" | "cropped"): Part[] {
  const cap: Part = {
    from: ["head", 0, 0.125, -0.016],
    radii: [0.0945],
    shape: [0.86, 0.98, 0.99],
    blend: 0.008,
    zone: "hair",
  };
  const knot: Part = {
    from: ["head", 0, 0.17, -0.1],
    radii: [0.04],
    shape: [1, 1, 0.9],
    blend: 0.02,
    zone: "hair",
  };
  return hair === "knot" ? [cap, knot] : [cap];
}
