import { addLimb } from "./addLimb";
import type { Box } from "./box";
import type { Limb, Vector3Tuple } from "./limb";
import { limbDistance } from "./limbDistance";
import type { DistanceGrid } from "./surfaceNets";

/**
 * Samples the distance to a body on a grid in a box.
 *
 * Each limb is looked at only where it can reach the surface, so the cost is that of the limbs'
 * own boxes, not of the whole grid for each of them.
 */
export function sampleBody(limbs: readonly Limb[], box: Box, spacing: number): DistanceGrid {
  const [nx, ny, nz] = mapAxes(
    (i) => Math.ceil(((box.high[i] ?? 0) - (box.low[i] ?? 0)) / spacing) + 1,
  );
  const values = new Float32Array(nx * ny * nz).fill(1);
  const grid: DistanceGrid = { values, size: [nx, ny, nz], origin: box.low, spacing };
  for (const limb of limbs) sampleLimb(grid, limb, limbBox(limb, limb.blend + 2 * spacing));
  return grid;
}

/** Returns the box that a body fills, with a margin, metres. */
export function bodyBox(limbs: readonly Limb[], margin: number): Box {
  const boxes = limbs.map((limb) => limbBox(limb, limb.blend + margin));
  return {
    low: mapAxes((i) => Math.min(...boxes.map(({ low }) => low[i] ?? 0))),
    high: mapAxes((i) => Math.max(...boxes.map(({ high }) => high[i] ?? 0))),
  };
}

/** Returns the box that a limb fills, with a margin, metres. */
export function limbBox({ from, to, radii, shape }: Limb, margin: number): Box {
  const radius = Math.max(...radii);
  const reach = mapAxes((i) => radius * (shape[i] ?? 1) + margin);
  return {
    low: mapAxes((i) => Math.min(from[i] ?? 0, to[i] ?? 0) - (reach[i] ?? 0)),
    high: mapAxes((i) => Math.max(from[i] ?? 0, to[i] ?? 0) + (reach[i] ?? 0)),
  };
}

function mapAxes(value: (axis: number) => number): Vector3Tuple {
  return [value(0), value(1), value(2)];
}

function sampleLimb(grid: DistanceGrid, limb: Limb, box: Box): void {
  const { values, size, origin, spacing } = grid;
  const [x0, y0, z0] = mapAxes((i) =>
    Math.max(0, Math.floor(((box.low[i] ?? 0) - (origin[i] ?? 0)) / spacing)),
  );
  const [x1, y1, z1] = mapAxes((i) =>
    Math.min((size[i] ?? 1) - 1, Math.ceil(((box.high[i] ?? 0) - (origin[i] ?? 0)) / spacing)),
  );
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
        values[at] = addLimb(limb, values[at] as number, distance);
      }
    }
  }
}
