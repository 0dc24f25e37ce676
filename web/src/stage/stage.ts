import {
  Color,
  Fog,
  NeutralToneMapping,
  type Object3D,
  PCFShadowMap,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import type { Palette } from "../avatar/emotionPalette";
import type { Quality } from "../settings";
import { buildFloor } from "./buildFloor";
import { FollowCamera } from "./followCamera";
import { Haze } from "./haze";
import { Lights } from "./lights";

const DARK = "#0a080a";
/** Drawn pixels per CSS pixel. */
const SHARPEST = 2;
const COARSE = 0.5;

/** The room that the partner dances in, and the camera that looks at it. */
export class Stage {
  private readonly scene = new Scene();
  private readonly camera = new FollowCamera();
  private readonly renderer: WebGLRenderer;
  private readonly lights: Lights;
  private readonly haze: Haze;
  private readonly place = new Vector3();
  private dancer: Object3D | null = null;
  private floor: Object3D | null = null;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly quality: Quality,
  ) {
    const high = quality === "high";
    this.renderer = new WebGLRenderer({ canvas, antialias: high });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.enabled = high;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.scene.background = new Color(DARK);
    this.scene.fog = new Fog(DARK, 6, 15);
    this.lights = new Lights(high);
    this.haze = new Haze(high);
    this.scene.add(this.lights.object, this.haze.object);
  }

  /** Puts a dancer on a floor of a radius in metres, in place of the one before. */
  present(dancer: Object3D, radius: number): void {
    for (const old of [this.dancer, this.floor]) old?.removeFromParent();
    this.dancer = dancer;
    this.floor = buildFloor(radius);
    this.scene.add(dancer, this.floor);
  }

  /** Fits the picture to a size in CSS pixels, of whose height the controls cover a part. */
  resize(width: number, height: number, covered: number): void {
    const ratio = this.quality === "high" ? Math.min(SHARPEST, devicePixelRatio) : COARSE;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.camera.resize(width, height, covered);
  }

  /**
   * Draws the stage.
   *
   * @param hips World position of the dancer's hips, metres.
   * @param palette Colours of the moment.
   * @param seconds Since the last drawing.
   */
  draw(hips: ArrayLike<number>, palette: Palette, seconds: number): void {
    this.place.fromArray(hips);
    this.lights.follow(this.place);
    this.lights.colour(palette.light, palette.accent);
    this.haze.colour(palette.light);
    this.haze.drift(seconds);
    this.camera.follow(this.place.x, this.place.z, seconds);
    this.renderer.render(this.scene, this.camera.camera);
  }
}
