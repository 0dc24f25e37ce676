import { AdditiveBlending, CircleGeometry, type WebGLRenderTarget } from "three";
import { Reflector } from "three/addons/objects/Reflector.js";

/** Metres from the camera's aim at which the floor stops shining. */
const RADIUS = 7;
/** Share of the picture's size. */
const SCALE = 0.5;

/** The floor's polish: it shows the figures upside down, softer the farther they are from it. */
export class Reflection {
  readonly object = new Reflector(new CircleGeometry(RADIUS, 48), {
    shader: SHADER,
    multisample: 0,
  });

  constructor() {
    this.object.rotation.x = -Math.PI / 2;
    this.object.position.y = 0.002;
    this.object.renderOrder = -3;
    const material = this.object.material;
    if (Array.isArray(material)) throw new Error("expected one material, got several");
    material.transparent = true;
    material.blending = AdditiveBlending;
    material.depthWrite = false;
  }

  /** @param width Drawn pixels. */
  resize(width: number, height: number): void {
    const target: WebGLRenderTarget = this.object.getRenderTarget();
    target.setSize(Math.max(1, Math.round(width * SCALE)), Math.max(1, Math.round(height * SCALE)));
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.dispose();
  }
}

const SHADER = {
  name: "Reflection",
  uniforms: { color: { value: null }, tDiffuse: { value: null }, textureMatrix: { value: null } },
  vertexShader: `
    uniform mat4 textureMatrix;
    varying vec4 mirrored;
    varying vec2 place;
    varying vec3 toEye;
    void main() {
      mirrored = textureMatrix * vec4(position, 1.0);
      place = position.xy;
      vec4 world = modelMatrix * vec4(position, 1.0);
      toEye = cameraPosition - world.xyz;
      gl_Position = projectionMatrix * viewMatrix * world;
    }`,
  fragmentShader: `
    uniform sampler2D tDiffuse;
    varying vec4 mirrored;
    varying vec2 place;
    varying vec3 toEye;
    void main() {
      vec2 at = mirrored.xy / mirrored.w;
      float grazing = 1.0 - normalize(toEye).y;
      vec3 sum = vec3(0.0);
      float weights = 0.0;
      for (int i = -3; i <= 3; i++) {
        for (int j = -1; j <= 1; j++) {
          float weight = exp(-0.16 * float(i * i) - 0.5 * float(j * j));
          vec2 off = vec2(float(j) * 0.0022, float(i) * 0.0042);
          sum += weight * min(vec3(2.0), texture2D(tDiffuse, at + off).rgb);
          weights += weight;
        }
      }
      float shine = 0.5 * grazing * smoothstep(${RADIUS.toFixed(1)}, 1.0, length(place));
      gl_FragColor = vec4(sum / weights * shine, 1.0);
      #include <tonemapping_fragment>
      #include <colorspace_fragment>
    }`,
};
