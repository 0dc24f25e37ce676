import { Mesh, type Object3D, SkinnedMesh, Vector3 } from "three";
import type { SolePoint } from "./solePoint";
import { worldPosition } from "./worldPosition";

const SHOES = ["leftFoot", "leftToes", "rightFoot", "rightToes"];
/** Close enough together that a sole between two of them sinks in by millimetres. */
const STEPS = [-1, -0.5, 0, 0.5, 1];
const DIRECTIONS = STEPS.flatMap((x) =>
  STEPS.flatMap((y) => STEPS.map((z) => new Vector3(x, y, z))),
);

/**
 * Finds the outermost points of a figure's feet, one of which is the lowest however they turn.
 *
 * @param scene Its world matrices are those of the rest pose.
 * @param nodes Node of each joint, in the order of the bones.
 */
export function findSoles(scene: Object3D, nodes: ReadonlyMap<string, Object3D>): SolePoint[] {
  const vertices = shoeVertices(scene, nodes);
  return [...nodes].flatMap(([joint, node], bone) => {
    const points = vertices.get(joint);
    if (!points) return [];
    // A part without skin ends at its bone.
    if (points.length === 0) points.push(worldPosition(node));
    const outermost = new Set(DIRECTIONS.map((direction) => farthest(points, direction)));
    return [...outermost].map((position) => ({ bone, position }));
  });
}

function farthest(points: readonly Vector3[], direction: Vector3): Vector3 {
  return points.reduce((best, point) =>
    point.dot(direction) > best.dot(direction) ? point : best,
  );
}

/** World positions of the vertices that hang on feet and toes more than on any other bone. */
function shoeVertices(
  scene: Object3D,
  nodes: ReadonlyMap<string, Object3D>,
): Map<string, Vector3[]> {
  const shoeOf = shoeFinder(nodes);
  const found = new Map<string, Vector3[]>(SHOES.map((shoe) => [shoe, []]));
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    const { position } = object.geometry.attributes;
    for (let vertex = 0; vertex < (position?.count ?? 0); vertex++) {
      const shoe = shoeOf(strongestBone(object, vertex));
      if (shoe === null) continue;
      const place = object.getVertexPosition(vertex, new Vector3());
      found.get(shoe)?.push(place.applyMatrix4(object.matrixWorld));
    }
  });
  return found;
}

/** Tells the foot or toes that an object belongs to, if any. */
function shoeFinder(nodes: ReadonlyMap<string, Object3D>) {
  const joints = new Map([...nodes].map(([joint, node]) => [node, joint]));
  const known = new Map<Object3D, string | null>();
  const shoeOf = (object: Object3D | null): string | null => {
    if (object === null) return null;
    const joint = joints.get(object);
    if (joint !== undefined) return SHOES.includes(joint) ? joint : null;
    if (!known.has(object)) known.set(object, shoeOf(object.parent));
    return known.get(object) ?? null;
  };
  return shoeOf;
}

function strongestBone(mesh: Mesh, vertex: number): Object3D | null {
  if (!(mesh instanceof SkinnedMesh)) return mesh;
  const { skinIndex, skinWeight } = mesh.geometry.attributes;
  let strongest = 0;
  for (let slot = 1; slot < 4; slot++) {
    const weight = skinWeight?.getComponent(vertex, slot) ?? 0;
    if (weight > (skinWeight?.getComponent(vertex, strongest) ?? 0)) strongest = slot;
  }
  return mesh.skeleton.bones[skinIndex?.getComponent(vertex, strongest) ?? -1] ?? null;
}
