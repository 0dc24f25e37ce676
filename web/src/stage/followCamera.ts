import { MathUtils, PerspectiveCamera, Vector3 } from "three";
import type { Extent } from "../looks/look";
import { decay } from "../motion/decay";
import { type Shot, shots } from "./shots";

const FIELD_OF_VIEW = 28;
/** Room that the dancer gets: raised arms and a leap, a step to either side; metres. */
const ROOM_HEIGHT = 2.4;
const ROOM_WIDTH = 1.75;
/** The lower edge of that room, below the floor, and how much of it is above a head at least. */
const ROOM_BELOW = 0.32;
const ROOM_ABOVE = 0.35;
/** The same beside whoever stands with arms stretched. */
const ROOM_BESIDE = 0.1;
const HALF_LIFE = 0.7;
/** What a body takes up to each side of its hips; that much always stays in the picture, metres. */
const BODY_REACH = 0.6;
/** How far the dancer may run ahead towards the camera or away from it, metres. */
const DEPTH_SLACK = 0.6;
/** The camera itself goes less far than its gaze, so the stage is felt to stand still. */
const TRAVEL = 0.55;

/** While it roams: how far around the dancer, radians; how much nearer; how much higher, metres. */
const SWING = 0.5;
const NEARER = 0.14;
const HIGHER = 0.45;
/** Cycles a second of these three; none is a multiple of another, so the way never repeats. */
const SWING_ROUND = 0.017;
const NEAR_ROUND = 0.011;
const HIGH_ROUND = 0.0071;
/** How softly the camera moves to another shot, and how fast it goes on within one. */
const SHOT_HALF_LIFE = 0.9;
const PUSH = 0.0025;
const ORBIT = 0.012;
const UP = new Vector3(0, 1, 0);
/** How softly it begins and ends to roam, seconds. */
const ROAM_HALF_LIFE = 2.5;

const SHOT_KEYS = Object.keys(shots.wide) as readonly (keyof Shot)[];

/** Frames the partner whole, on any screen, and follows softly. */
export class FollowCamera {
  readonly camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.1, 60);
  private readonly target = new Vector3();
  private readonly gaze = new Vector3();
  private distance = 6;
  private roomHeight = ROOM_HEIGHT;
  private roomWidth = ROOM_WIDTH;
  private size = { width: 1, height: 1, covered: 0 };
  /** Metres to step back for each metre that a ensemble is wide to a side. */
  private retreat = 1;
  private spread = 0;
  /** How far the dancer may run ahead to a side, metres. */
  private widthSlack = 0;
  /** Whether it goes about the dancer by itself. */
  roams = false;
  /** How much further away it is than before a partner, metres. */
  further = 0;
  private roaming = 0;
  private readonly shot: Shot = { ...shots.wide };
  private readonly goal: Shot = { ...shots.wide };
  private time = 0;

  /** Fits the view to the figures of these extents, of which some are larger than a partner. */
  fit(extents: readonly Extent[]): void {
    const tops = extents.map(({ height }) => ROOM_BELOW + height + ROOM_ABOVE);
    const widths = extents.map(({ halfWidth }) => 2 * (halfWidth + ROOM_BESIDE));
    this.roomHeight = Math.max(ROOM_HEIGHT, ...tops);
    this.roomWidth = Math.max(ROOM_WIDTH, ...widths);
    this.resize(this.size.width, this.size.height, this.size.covered);
  }

  /**
   * Fits the view to a picture.
   *
   * @param width Width of the picture, in any unit.
   * @param height Height of the picture, in the same unit.
   * @param covered Part of the height that the controls cover at the bottom.
   */
  resize(width: number, height: number, covered: number): void {
    this.size = { width, height, covered };
    const free = Math.max(height * 0.4, height - covered);
    const halfTangent = Math.tan(MathUtils.degToRad(FIELD_OF_VIEW / 2));
    const distanceTo = (tall: number, wide: number) =>
      Math.max(tall / (free / height), wide / (width / height)) / 2 / halfTangent;
    this.distance = distanceTo(this.roomHeight, this.roomWidth);
    this.further = this.distance - distanceTo(ROOM_HEIGHT, ROOM_WIDTH);
    const halfWidth = (this.distance - DEPTH_SLACK) * halfTangent * (width / height);
    this.widthSlack = Math.max(0, halfWidth - BODY_REACH);
    this.retreat = 1 / (halfTangent * (width / height));
    this.camera.aspect = width / height;
    this.camera.setViewOffset(width, height, 0, (height - free) / 2, width, height);
  }

  /**
   * Goes after a ensemble on the floor.
   *
   * @param x Position of its middle, metres, like `z`.
   * @param spread How far its members are to either side of it, metres.
   * @param seconds Since the last time.
   */
  follow(x: number, z: number, spread: number, seconds: number): void {
    const remaining = decay(HALF_LIFE, seconds);
    this.spread = spread + (this.spread - spread) * remaining;
    this.target.x = approach(this.target.x, x, remaining, this.widthSlack);
    this.target.z = approach(this.target.z, z, remaining, DEPTH_SLACK);
    this.move(seconds);
    const { camera, target, shot } = this;
    const whole = Math.max(this.distance, this.retreat * (this.spread + this.roomWidth / 2));
    const back = whole * shot.distance;
    // Figures larger than a partner are looked at higher up.
    const raised = (this.roomHeight - ROOM_HEIGHT) / 2;
    const travel = MathUtils.lerp(1, TRAVEL, MathUtils.clamp(2 * shot.distance - 1, 0, 1));
    camera.position.set(
      target.x * travel + back * Math.sin(shot.azimuth),
      shot.eye + raised,
      target.z + back * Math.cos(shot.azimuth),
    );
    this.roam(seconds);
    camera.lookAt(this.gaze.set(target.x, shot.aim + raised, target.z));
  }

  /** Looks at the dancers in another way, at once or after a move. */
  takeShot(shot: Readonly<Shot>, cut: boolean): void {
    Object.assign(this.goal, shot);
    if (cut) Object.assign(this.shot, shot);
  }

  /** Goes towards the shot that is wanted, which itself comes nearer and turns a little. */
  private move(seconds: number): void {
    const { shot, goal } = this;
    if (goal.azimuth !== 0) {
      goal.distance *= 1 - PUSH * seconds;
      goal.azimuth += ORBIT * Math.sign(goal.azimuth) * seconds;
    }
    const share = 1 - decay(SHOT_HALF_LIFE, seconds);
    for (const key of SHOT_KEYS) shot[key] += (goal[key] - shot[key]) * share;
  }

  private roam(seconds: number): void {
    const goal = this.roams ? 1 : 0;
    this.roaming = goal + (this.roaming - goal) * decay(ROAM_HALF_LIFE, seconds);
    this.time += seconds;
    const { position } = this.camera;
    position.sub(this.target);
    position.multiplyScalar(1 - this.roaming * NEARER * (1 + this.wave(NEAR_ROUND)));
    position.applyAxisAngle(UP, this.roaming * SWING * this.wave(SWING_ROUND));
    position.y += this.roaming * HIGHER * (1 + this.wave(HIGH_ROUND));
    position.add(this.target);
  }

  private wave(frequency: number): number {
    return Math.sin(2 * Math.PI * frequency * this.time);
  }
}

/** Leaves a share of the way to a goal, but at most so much of it. */
function approach(from: number, goal: number, remaining: number, slack: number): number {
  return goal + MathUtils.clamp((from - goal) * remaining, -slack, slack);
}
