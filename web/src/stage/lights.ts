import { Color, Group, HemisphereLight, SpotLight, type Vector3 } from "three";
import type { EmotionAtmosphere } from "../looks/emotionAtmosphere";
import type { Quality } from "../quality";

/** Where a light hangs as seen from the partner's place on the floor, metres. */
type Hanging = readonly [x: number, y: number, z: number];

const KEY: Hanging = [2.6, 3.6, 3.6];
const FILL: Hanging = [-2.6, 1.7, 3.6];
const POOL: Hanging = [0, 6.2, -0.4];
const RIMS: readonly Hanging[] = [
  [-2.8, 3.1, -3.6],
  [2.9, 2.3, -3.4],
];
/** Lights aim at the middle of the body. */
const AIM_HEIGHT = 0.9;
/** Of the lights at the usual strength, candela. */
const KEY_STRENGTH = 100;
const FILL_STRENGTH = 10;
const POOL_STRENGTH = 62;
const RIM_STRENGTH = 190;
const WHITE = new Color("#fff4e6");

/** A key and its fill from the front, a pool of light from above, and two rims from behind. */
export class Lights {
  readonly object = new Group();
  private readonly key = spotLight(KEY, KEY_STRENGTH, 0.32);
  private readonly fill = spotLight(FILL, FILL_STRENGTH, 0.4);
  private readonly pool = spotLight(POOL, POOL_STRENGTH, 0.36);
  private readonly rims = RIMS.map((hanging) => spotLight(hanging, RIM_STRENGTH, 0.34));

  constructor() {
    this.object.add(new HemisphereLight("#6f7699", "#3a2417", 0.5));
    for (const light of [this.key, this.fill, this.pool, ...this.rims]) {
      this.object.add(light, light.target);
    }
    prepareShadow(this.key, 2048);
    prepareShadow(this.pool, 1024);
  }

  setQuality(quality: Quality): void {
    this.key.castShadow = quality !== "low";
    this.pool.castShadow = quality === "high";
  }

  /** Colours the stage; the key stays nearer to white, so that skin stays skin. */
  setColours(light: Color, accent: Color): void {
    this.key.color.copy(light).lerp(WHITE, 0.6);
    this.fill.color.copy(light);
    this.pool.color.copy(light);
    for (const rim of this.rims) rim.color.copy(light).lerp(accent, 0.5);
  }

  /** Sets how strong and how wide the lights are. */
  setAtmosphere({ key, rim, pool }: EmotionAtmosphere): void {
    this.key.intensity = KEY_STRENGTH * key;
    this.fill.intensity = FILL_STRENGTH * key;
    for (const light of this.rims) light.intensity = RIM_STRENGTH * rim;
    this.pool.angle = pool;
  }

  /** Keeps the lights on the partner. */
  aimAt({ x, z }: Vector3): void {
    this.object.position.set(x, 0, z);
  }
}

function spotLight(hanging: Hanging, candela: number, angle: number): SpotLight {
  const light = new SpotLight("#ffffff", candela, 14, angle, 1, 2);
  light.position.set(...hanging);
  light.target.position.set(0, AIM_HEIGHT, 0);
  return light;
}

function prepareShadow(light: SpotLight, size: number): void {
  light.shadow.mapSize.set(size, size);
  light.shadow.camera.near = 2;
  light.shadow.camera.far = 10;
  light.shadow.radius = 5;
  light.shadow.bias = -0.001;
  light.shadow.normalBias = 0.03;
}
