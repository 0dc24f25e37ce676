import {
  AdditiveBlending,
  BufferGeometry,
  Color,
  Float32BufferAttribute,
  Group,
  Mesh,
  PlaneGeometry,
  Points,
  PointsMaterial,
  ShaderMaterial,
  Vector3,
} from "three";
import type { EmotionAtmosphere } from "../looks/emotionAtmosphere";

const MOTES = 160;
const MOTE_SPREAD = new Vector3(5, 3.2, 4);
const DRIFT = 0.012;
/** Multiples of the golden ratio and its kin fill a box evenly without a random generator. */
const EVEN = [0.8192, 0.6711, 0.5497] as const;

/** Air that catches the light: a glow behind the partner, and dust that drifts through it. */
export class Haze {
  readonly object = new Group();
  private readonly glow: Mesh<PlaneGeometry, ShaderMaterial>;
  private readonly dust: Points<BufferGeometry, PointsMaterial>;

  constructor() {
    this.glow = new Mesh(new PlaneGeometry(26, 12), glowMaterial());
    this.glow.position.set(0, 3.4, -5.5);
    this.dust = new Points(dustGeometry(), dustMaterial());
    this.object.add(this.glow, this.dust);
  }

  /** @param strength Strength of the glow; 1 is usual. */
  setColour(light: Color, strength: number): void {
    this.glow.material.uniforms.color?.value.copy(light).multiplyScalar(strength);
    this.dust.material.color.copy(light);
  }

  /** Sets how strongly, how widely and how high the back of the room is lit. */
  setAtmosphere({ backdrop, spread, height }: EmotionAtmosphere): void {
    this.glow.material.uniforms.shape?.value.set(backdrop, spread, height);
  }

  /** Goes along with the dancers, metres. */
  follow({ x, z }: Vector3): void {
    this.object.position.set(x, 0, z);
  }

  /** @param dusty Whether there is dust; drawn coarsely it would look like noise. */
  setDusty(dusty: boolean): void {
    this.dust.visible = dusty;
  }

  drift(seconds: number): void {
    this.dust.rotation.y += DRIFT * seconds;
  }
}

function glowMaterial(): ShaderMaterial {
  return new ShaderMaterial({
    uniforms: { color: { value: new Color() }, shape: { value: new Vector3(1, 1, 0) } },
    vertexShader: `
      varying vec2 place;
      void main() {
        place = uv * 2.0 - 1.0;
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
      }`,
    fragmentShader: `
      varying vec2 place;
      uniform vec3 color;
      uniform vec3 shape;
      void main() {
        float risen = smoothstep(-0.58, -0.5, place.y);
        vec2 away = place - vec2(0.0, mix(-0.5, 0.35, shape.z));
        float near = max(0.0, 1.0 - length(away * vec2(1.5, 1.0)) / shape.y);
        // Eight bits show steps in so faint a glow; noise as large as a step hides them.
        float grain = fract(52.9829 * fract(dot(gl_FragCoord.xy, vec2(0.06711, 0.00584)))) - 0.5;
        vec3 light = color * near * near * risen * 0.03 * shape.x;
        gl_FragColor = vec4(light + grain * 0.0012, 1.0);
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    blending: AdditiveBlending,
    depthWrite: false,
    transparent: true,
  });
}

function dustGeometry(): BufferGeometry {
  const places = Array.from({ length: MOTES }, (_, mote) => {
    const [x = 0, y = 0, z = 0] = EVEN.map((step) => (mote * step) % 1);
    return [(x - 0.5) * MOTE_SPREAD.x, y * MOTE_SPREAD.y, (z - 0.5) * MOTE_SPREAD.z];
  });
  const position = new Float32BufferAttribute(places.flat(), 3);
  return new BufferGeometry().setAttribute("position", position);
}

function dustMaterial(): PointsMaterial {
  return new PointsMaterial({
    size: 0.011,
    opacity: 0.35,
    transparent: true,
    depthWrite: false,
    blending: AdditiveBlending,
  });
}
