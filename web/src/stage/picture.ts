import {
  type Camera,
  HalfFloatType,
  NeutralToneMapping,
  PCFShadowMap,
  type Scene,
  Vector2,
  WebGLRenderer,
  WebGLRenderTarget,
} from "three";
import { EffectComposer } from "three/addons/postprocessing/EffectComposer.js";
import { OutputPass } from "three/addons/postprocessing/OutputPass.js";
import { RenderPass } from "three/addons/postprocessing/RenderPass.js";
import { UnrealBloomPass } from "three/addons/postprocessing/UnrealBloomPass.js";
import type { Quality } from "../quality";

/** Most drawn pixels per CSS pixel, or how many in any case. */
const SHARPNESS: Readonly<Record<Quality, (ratio: number) => number>> = {
  low: () => 0.6,
  medium: (ratio) => Math.min(1.25, ratio),
  high: (ratio) => Math.min(2, ratio),
};
const SAMPLES = 4;
const BLOOM = { strength: 0.4, radius: 0.75, threshold: 1 };

/** Draws a scene onto a canvas, with bloom where a tier has it. */
export class Picture {
  readonly renderer: WebGLRenderer;
  /** Drawn pixels. */
  readonly size = new Vector2();
  private readonly cssSize = new Vector2(1, 1);
  private composer: EffectComposer | null = null;

  /** @param alpha Whether what is behind the canvas shows where nothing is drawn. */
  constructor(
    canvas: HTMLCanvasElement,
    private quality: Quality,
    alpha = false,
  ) {
    this.renderer = new WebGLRenderer({ canvas, alpha, antialias: quality !== "low" });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.setQuality(quality);
  }

  setQuality(quality: Quality): void {
    this.quality = quality;
    this.renderer.shadowMap.enabled = quality !== "low";
    this.resize(this.cssSize.x, this.cssSize.y);
  }

  /** Fits to a size in CSS pixels. */
  resize(width: number, height: number): void {
    this.cssSize.set(width, height);
    const ratio = SHARPNESS[this.quality](devicePixelRatio);
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.renderer.getDrawingBufferSize(this.size);
    this.composer?.setPixelRatio(ratio);
    this.composer?.setSize(width, height);
  }

  /** @param glows Whether bright things glow; a sheet of paper does not. */
  draw(scene: Scene, camera: Camera, glows: boolean): void {
    if (glows && this.quality === "high") this.bloom(scene, camera);
    else this.renderer.render(scene, camera);
  }

  private bloom(scene: Scene, camera: Camera): void {
    this.composer ??= this.compose(scene, camera);
    this.composer.render();
  }

  private compose(scene: Scene, camera: Camera): EffectComposer {
    const { x, y } = this.size;
    const target = new WebGLRenderTarget(x, y, { type: HalfFloatType, samples: SAMPLES });
    const composer = new EffectComposer(this.renderer, target);
    const { strength, radius, threshold } = BLOOM;
    composer.addPass(new RenderPass(scene, camera));
    composer.addPass(new UnrealBloomPass(this.size.clone(), strength, radius, threshold));
    composer.addPass(new OutputPass());
    return composer;
  }
}
