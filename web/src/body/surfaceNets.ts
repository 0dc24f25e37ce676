import { type Box, isInBox } from "./box";

/** Distances on a regular grid, x running fastest. */
export interface DistanceGrid {
  readonly values: Float32Array;
  /** Points along x, y and z. */
  readonly size: readonly [number, number, number];
  readonly origin: readonly [number, number, number];
  /** Between neighbouring points, metres. */
  readonly spacing: number;
}

export interface TriangleSurface {
  /** (x, y, z) vertex after vertex. */
  readonly positions: number[];
  /** Three a triangle, counter-clockwise from outside. */
  readonly indices: number[];
}

/**
 * Finds the surface where a grid of distances crosses zero.
 *
 * One vertex for each cell that the surface passes, in the middle of its crossings; one quad for
 * each grid edge that crosses. Rounder and more even than marching cubes, without its tables.
 *
 * References: S. Gibson, "Constrained elastic surface nets", MICCAI 1998.
 *
 * @param holes Where to leave the surface open, but for one cell inside their faces.
 */
export function surfaceNets(grid: DistanceGrid, holes: readonly Box[] = []): TriangleSurface {
  const [nx, ny, nz] = grid.size;
  const surface: TriangleSurface = { positions: [], indices: [] };
  const vertices = new Int32Array(grid.values.length).fill(-1);
  for (let z = 0; z < nz - 1; z++) {
    for (let y = 0; y < ny - 1; y++) {
      for (let x = 0; x < nx - 1; x++) {
        const cell = x + nx * (y + ny * z);
        if (!isCrossed(grid, cell) || isInHole(grid, [x, y, z], holes)) continue;
        vertices[cell] = surface.positions.length / 3;
        addVertex(grid, cell, [x, y, z], surface.positions);
        if (x > 0 && y > 0 && z > 0) addQuads(grid, cell, vertices, surface.indices);
      }
    }
  }
  return surface;
}

function isInHole({ origin, spacing }: DistanceGrid, cell: number[], holes: readonly Box[]) {
  if (holes.length === 0) return false;
  const [x = 0, y = 0, z = 0] = cell.map((at, i) => (origin[i] ?? 0) + at * spacing);
  return holes.some((hole) => isInBox(hole, [x, y, z], 1.5 * spacing));
}

function isCrossed({ values, size: [nx, ny] }: DistanceGrid, cell: number): boolean {
  const inside = (values[cell] as number) < 0;
  for (let corner = 1; corner < 8; corner++) {
    const at = cell + (corner & 1) + nx * ((corner >> 1) & 1) + nx * ny * (corner >> 2);
    if ((values[at] as number) < 0 !== inside) return true;
  }
  return false;
}

function addVertex(grid: DistanceGrid, cell: number, place: number[], positions: number[]): void {
  const { values, origin, spacing } = grid;
  const [nx, ny] = grid.size;
  const strides = [1, nx, nx * ny];
  const sum = [0, 0, 0];
  let crossings = 0;
  for (let edge = 0; edge < 12; edge++) {
    const axis = edge >> 2;
    const corner = [0, 0, 0];
    corner[(axis + 1) % 3] = edge & 1;
    corner[(axis + 2) % 3] = (edge >> 1) & 1;
    const start = corner.reduce((at, step, i) => at + step * (strides[i] ?? 0), cell);
    const a = values[start] as number;
    const b = values[start + (strides[axis] ?? 0)] as number;
    if (a < 0 === b < 0) continue;
    corner[axis] = a / (a - b);
    crossings++;
    for (let i = 0; i < 3; i++) sum[i] = (sum[i] ?? 0) + (corner[i] ?? 0);
  }
  for (let i = 0; i < 3; i++) {
    const within = (sum[i] ?? 0) / crossings;
    positions.push((origin[i] ?? 0) + ((place[i] ?? 0) + within) * spacing);
  }
}

/** The four cells around each edge that starts at the cell's first corner are all known by now. */
function addQuads(grid: DistanceGrid, cell: number, vertices: Int32Array, indices: number[]): void {
  const [nx, ny] = grid.size;
  const strides = [1, nx, nx * ny] as const;
  for (let axis = 0; axis < 3; axis++) {
    const inside = (grid.values[cell] as number) < 0;
    if ((grid.values[cell + (strides[axis] ?? 0)] as number) < 0 === inside) continue;
    const u = strides[(axis + 1) % 3] ?? 0;
    const v = strides[(axis + 2) % 3] ?? 0;
    const corners = [cell, cell - u, cell - u - v, cell - v].map((at) => vertices[at] ?? -1);
    if (corners.some((corner) => corner < 0)) continue;
    const [a, b, c, d] = corners;
    if (inside) indices.push(a ?? 0, b ?? 0, c ?? 0, a ?? 0, c ?? 0, d ?? 0);
    else indices.push(a ?? 0, c ?? 0, b ?? 0, a ?? 0, d ?? 0, c ?? 0);
  }
}
