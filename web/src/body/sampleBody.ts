import type { Limb } from "./limb";
import { limbDistance } from "./limbDistance";
import { smoothMinimum } from "./smoothMinimum";
import type { DistanceGrid } from "./surfaceNets";

type Box = { low: number[]; high: number[] };

/**
 * Samples the distance to a body on a grid around it.
 *
 * Each limb is looked at only where it can reach the surface, so the cost is that of the limbs'
 * own boxes, not of the whole grid for each of them.
 */
export function sampleBody(limbs: readonly Limb[], spacing: number): DistanceGrid {
  const boxes = limbs.map((limb) => boxAround(limb, limb.blend + 2 * spacing));
  const whole = boxes.reduce((a, b) => ({
    low: a.low.map((value, i) => Math.min(value, b.low[i] ?? value)),
    high: a.high.map((value, i) => Math.max(value, b.high[i] ?? value)),
  }));
  const size = whole.low.map((low, i) => Math.ceil(((whole.high[i] ?? low) - low) / spacing) + 1);
  const [nx = 1, ny = 1, nz = 1] = size;
  const [x = 0, y = 0, z = 0] = whole.low;
  const grid: DistanceGrid = {
    values: new Float32Array(nx * ny * nz).fill(1),
    size: [nx, ny, nz],
    origin: [x, y, z],
    spacing,
  };
  limbs.forEach((limb, i) => {
    const box = boxes[i];
    if (box) addLimb(grid, limb, box);
  });
  return grid;
}

function boxAround({ from, to, radii, shape }: Limb, margin: number): Box {
  const radius = Math.max(...radii);
  const reach = shape.map((scale) => radius * scale + margin);
  return {
    low: reach.map((r, i) => Math.min(from[i] ?? 0, to[i] ?? 0) - r),
    high: reach.map((r, i) => Math.max(from[i] ?? 0, to[i] ?? 0) + r),
  };
}

function addLimb(grid: DistanceGrid, limb: Limb, box: Box): void {
  const { values, size, origin, spacing } = grid;
  const first = box.low.map((low, i) =>
    Math.max(0, Math.floor((low - (origin[i] ?? 0)) / spacing)),
  );
  const last = box.high.map((high, i) =>
    Math.min((size[i] ?? 1) - 1, Math.ceil((high - (origin[i] ?? 0)) / spacing)),
  );
  const [x0 = 0, y0 = 0, z0 = 0] = first;
  const [x1 = 0, y1 = 0, z1 = 0] = last;
  for (let z = z0; z <= z1; z++) {
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const at = x + size[0] * (y + size[1] * z);
        const distance = limbDistance(
          limb,
          origin[0] + x * spacing,
          origin[1] + y * spacing,
          origin[2] + z * spacing,
        );
        values[at] = smoothMinimum(values[at] as number, distance, limb.blend);
      }
    }
  }
}
