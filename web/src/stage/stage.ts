import { Color, Fog, type Object3D, Scene, Vector3 } from "three";
import type { FigureMotion } from "../looks/figureMotion";
import type { Look, LookRoom } from "../looks/look";
import { Mood } from "../looks/mood";
import type { EmotionWeights } from "../protocol/messages";
import type { Quality } from "../quality";
import { AudienceRing } from "./audienceRing";
import { buildFloor } from "./buildFloor";
import { FollowCamera } from "./followCamera";
import { FootMarks } from "./footMarks";
import { FrameGovernor } from "./frameGovernor";
import { glowOverNothing } from "./glowOverNothing";
import { Haze } from "./haze";
import { Lights } from "./lights";
import { Picture } from "./picture";
import { Reflection } from "./reflection";
import { ShotDirector } from "./shotDirector";
import { shots } from "./shots";

const DARK = new Color("#0a080a");
const PAPER = new Color("#efe7d8");
/** Where the air before a partner begins to hide things and where it hides all, metres. */
const AIR_NEAR = 6;
const AIR_FAR = 15;
/** Share of the stage's light that far air takes on. */
const HAZE = 0.012;
/** Share of the emotion's light that paper takes on. */
const TINT = 0.22;
const TIERS: readonly Quality[] = ["low", "medium", "high"];

/** A figure that the stage shows: who moves how, feels what, and looks like what. */
export interface StagedFigure {
  readonly motion: FigureMotion;
  readonly mood: Mood;
  readonly look: Look;
}

/** The room that figures dance in, and the camera that looks at them. */
export class Stage {
  private readonly scene = new Scene();
  private readonly background = new Color(DARK);
  private readonly air = new Fog(DARK, AIR_NEAR, AIR_FAR);
  private readonly camera = new FollowCamera();
  private readonly picture: Picture;
  private readonly lights = new Lights();
  private readonly haze = new Haze();
  private readonly reflection = new Reflection();
  private readonly ring = new AudienceRing();
  private readonly governor: FrameGovernor | null;
  private readonly calm = new Mood([]);
  private readonly middle = new Vector3();
  private figures: readonly StagedFigure[] = [];
  private marks: readonly FootMarks[] = [];
  private floor: Object3D = buildFloor(1);
  /** Chooses the camera's shots; null for a camera that stands still. */
  private readonly director: ShotDirector | null;

  /**
   * @param quality The tier to draw in, or `auto` to hold the display's rate.
   * @param best The highest tier that is tried.
   * @param bare Whether there is nothing behind and under the figures, not even black.
   * @param camera Whether the camera goes by the dance, or keeps to one place.
   */
  constructor(
    canvas: HTMLCanvasElement,
    quality: Quality | "auto",
    best: Quality = "high",
    private readonly bare = false,
    camera: "still" | "directed" = "still",
  ) {
    this.director = camera === "directed" ? new ShotDirector() : null;
    const tier = quality === "auto" ? best : quality;
    const highest = TIERS.indexOf(best);
    this.governor = quality === "auto" ? new FrameGovernor(highest, highest) : null;
    this.picture = new Picture(canvas, tier, bare);
    this.scene.background = bare ? null : this.background;
    this.scene.fog = bare ? null : this.air;
    this.scene.add(this.lights.object, this.haze.object, this.reflection.object, this.floor);
    this.scene.add(this.ring.object);
    this.setQuality(tier);
  }

  /** Whether the camera goes about the figures by itself, and not just after them. */
  set roams(roams: boolean) {
    this.camera.roams = roams;
  }

  /** Whether the graphics card has, for now, taken back what it drew with. */
  get isLost(): boolean {
    return this.picture.renderer.getContext().isContextLost();
  }

  /** Tier that is drawn in now. */
  quality: Quality = "high";

  /** The room that the first figure is at home in. */
  get room(): LookRoom {
    return this.figures[0]?.look.room ?? "dark";
  }

  /** Shows what the audience votes for; their sum, up to 1, is how many do. */
  setAudienceEmotion(weights: EmotionWeights): void {
    this.ring.showWeights(weights);
  }

  /** Puts figures on a floor of a radius in metres, in place of those before. */
  setFigures(figures: readonly StagedFigure[], radius: number): void {
    for (const { look } of this.figures) look.object.removeFromParent();
    for (const marks of this.marks) {
      marks.object.removeFromParent();
      marks.dispose();
    }
    this.figures = figures;
    this.marks = figures.map(({ motion }) => new FootMarks(motion));
    for (const { look } of figures) {
      look.setQuality(this.quality);
      this.scene.add(look.object);
    }
    for (const { object } of this.marks) this.scene.add(object);
    this.camera.fit(figures.flatMap(({ look }) => look.extent ?? []));
    if (this.bare) glowOverNothing(this.scene);
    this.layFloor(radius);
    this.enterRoom(this.room);
  }

  /**
   * Fits the picture to a size in CSS pixels.
   *
   * @param covered Part of the height that the controls cover at the bottom, CSS pixels.
   */
  resize(width: number, height: number, covered: number): void {
    this.picture.resize(width, height);
    this.reflection.resize(this.picture.size.x, this.picture.size.y);
    this.camera.resize(width, height, covered);
  }

  /** Draws the figures as they are now, so many seconds after the last drawing. */
  draw(seconds: number): void {
    if (this.governor?.update(seconds)) this.setQuality(TIERS[this.governor.level] as Quality);
    const mood = this.figures[0]?.mood ?? this.calm;
    const { palette, pulse, atmosphere } = mood;
    const spread = this.findMiddle();
    for (let i = 0; i < this.figures.length; i++) {
      const { motion, mood, look } = this.figures[i] as StagedFigure;
      this.marks[i]?.update(motion, mood, look, this.room);
    }
    this.lights.aimAt(this.middle);
    this.lights.setColours(palette.light, palette.accent);
    this.haze.setColour(palette.light, 1 + pulse);
    this.lights.setAtmosphere(atmosphere);
    this.haze.setAtmosphere(atmosphere);
    this.haze.follow(this.middle);
    this.haze.drift(seconds);
    this.ring.update(this.middle, spread, seconds);
    this.direct(mood, spread, seconds);
    this.air.near = AIR_NEAR + this.camera.further;
    this.air.far = AIR_FAR + this.camera.further;
    this.air.color.copy(DARK).lerp(palette.light, HAZE);
    this.background.copy(this.air.color);
    if (this.room === "paper") this.background.copy(PAPER).lerp(palette.light, TINT);
    this.camera.follow(this.middle.x, this.middle.z, spread, seconds);
    this.picture.draw(this.scene, this.camera.camera, this.room === "dark" && !this.bare);
  }

  private direct({ bar, atmosphere }: Mood, spread: number, seconds: number): void {
    const speed = Math.max(0, ...this.figures.map(({ motion }) => motion.speed));
    const scene = { speed, spread, bar, pace: atmosphere.pace };
    const direction = this.director?.direct(scene, seconds);
    if (direction) this.camera.takeShot(shots[direction.shot], direction.cut);
  }

  /** Finds where the figures are, all told; returns how far they are from it, metres. */
  private findMiddle(): number {
    let [left, right, front, back] = [Infinity, -Infinity, -Infinity, Infinity];
    for (const { motion } of this.figures) {
      const [x = 0, , z = 0] = motion.hips;
      left = Math.min(left, x);
      right = Math.max(right, x);
      front = Math.max(front, z);
      back = Math.min(back, z);
    }
    if (this.figures.length === 0) return 0;
    this.middle.set((left + right) / 2, 0, (front + back) / 2);
    return (right - left) / 2;
  }

  private setQuality(quality: Quality): void {
    this.quality = quality;
    this.picture.setQuality(quality);
    this.reflection.resize(this.picture.size.x, this.picture.size.y);
    this.lights.setQuality(quality);
    for (const { look } of this.figures) look.setQuality(quality);
    this.enterRoom(this.room);
  }

  private enterRoom(room: LookRoom): void {
    const furnished = room === "dark" && !this.bare;
    for (const { look } of this.figures) look.enterRoom?.(room);
    this.floor.visible = furnished;
    this.haze.object.visible = furnished;
    this.haze.setDusty(this.quality !== "low");
    this.reflection.object.visible = furnished && this.quality !== "low";
  }

  private layFloor(radius: number): void {
    this.floor.removeFromParent();
    this.floor = buildFloor(radius);
    this.scene.add(this.floor);
  }
}
