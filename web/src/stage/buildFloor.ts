import {
  CircleGeometry,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshStandardMaterial,
  RingGeometry,
} from "three";

const RADIUS = 30;
const LINE_WIDTH = 0.012;

/**
 * Lays the floor, with a thin line around the partner's ground.
 *
 * @param stageRadius Metres from the middle within which the partner stays.
 */
export function buildFloor(stageRadius: number): Group {
  const ground = new Mesh(
    new CircleGeometry(RADIUS, 64),
    new MeshStandardMaterial({ color: "#4a4039", roughness: 0.55, metalness: 0 }),
  );
  ground.receiveShadow = true;
  const line = new Mesh(
    new RingGeometry(stageRadius - LINE_WIDTH, stageRadius, 128),
    new MeshBasicMaterial({ color: "#c9a173", transparent: true, opacity: 0.16 }),
  );
  line.position.z = 0.003;
  const floor = new Group().add(ground, line);
  floor.rotation.x = -Math.PI / 2;
  return floor;
}
