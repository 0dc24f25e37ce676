import { BufferAttribute, Mesh, RingGeometry, ShaderMaterial, type Vector3 } from "three";
import { decay } from "../motion/decay";
import type { EmotionWeights } from "../protocol/messages";
import { layColours } from "./ringColours";

/** Of the ring around one dancer, metres. */
const INNER = 0.62;
const OUTER = 1.02;
const PLACES = 120;
/** How softly it follows the dancers, comes and goes, and changes its colours, seconds. */
const FOLLOW_HALF_LIFE = 0.5;
const CHANGE_HALF_LIFE = 0.6;
/** Turns a second: as slow as breath. */
const TURN = 0.012;
/** Strength below which there is nothing to see. */
const UNSEEN = 0.004;

/** A line of light on the floor around the dancers, in the colours that the audience votes for. */
export class AudienceRing {
  readonly object: Mesh<RingGeometry, ReturnType<typeof ringMaterial>>;
  private readonly goal = new Float32Array(3 * PLACES);
  private readonly shown = new Float32Array(3 * PLACES);
  private readonly colour: BufferAttribute;
  private strength = 0;
  private goalStrength = 0;

  constructor() {
    const geometry = new RingGeometry(INNER, OUTER, PLACES, 1);
    this.colour = new BufferAttribute(new Float32Array(geometry.getAttribute("uv").count * 3), 3);
    geometry.setAttribute("colour", this.colour);
    this.object = new Mesh(geometry, ringMaterial());
    this.object.rotation.x = -Math.PI / 2;
    this.object.position.y = 0.006;
    this.object.renderOrder = -2;
    this.object.visible = false;
  }

  /** @param weights What the audience votes for; their sum, up to 1, is the strength. */
  showWeights(weights: EmotionWeights): void {
    this.goalStrength = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    if (this.goalStrength <= 0) return; // it goes out in the colours that it had
    layColours(weights, this.goal);
    if (!this.object.visible) this.shown.set(this.goal);
  }

  /**
   * Goes along with the dancers.
   *
   * @param middle Where they are, all told.
   * @param spread How far they are from there to a side, metres.
   */
  update({ x, z }: Vector3, spread: number, seconds: number): void {
    const rest = decay(CHANGE_HALF_LIFE, seconds);
    this.strength = this.goalStrength + rest * (this.strength - this.goalStrength);
    const appears = !this.object.visible;
    this.object.visible = this.strength > UNSEEN;
    if (!this.object.visible) return;
    const behind = appears ? 0 : decay(FOLLOW_HALF_LIFE, seconds);
    const { position, scale, rotation, material } = this.object;
    position.x = x + behind * (position.x - x);
    position.z = z + behind * (position.z - z);
    const size = 1 + spread / OUTER;
    scale.setScalar(size + behind * (scale.x - size));
    rotation.z += 2 * Math.PI * TURN * seconds;
    material.uniforms.strength.value = this.strength;
    this.mixColours(rest);
  }

  private mixColours(rest: number): void {
    const { shown, goal } = this;
    for (let i = 0; i < shown.length; i++) {
      const wanted = goal[i] as number;
      shown[i] = wanted + rest * ((shown[i] as number) - wanted);
    }
    // The geometry closes its circle with the first place again, on its inner and its outer edge.
    const around = this.colour.count / 2;
    for (let vertex = 0; vertex < this.colour.count; vertex++) {
      const at = 3 * ((vertex % around) % PLACES);
      this.colour.setXYZ(vertex, shown[at] ?? 0, shown[at + 1] ?? 0, shown[at + 2] ?? 0);
    }
    this.colour.needsUpdate = true;
  }
}

function ringMaterial() {
  const uniforms = { strength: { value: 0 } };
  const material = new ShaderMaterial({
    uniforms,
    vertexShader: `
      attribute vec3 colour;
      varying vec3 tint;
      varying float radius;
      void main() {
        tint = colour;
        radius = length(position.xy);
        gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
      }`,
    fragmentShader: `
      uniform float strength;
      varying vec3 tint;
      varying float radius;
      void main() {
        float across = (radius - ${INNER.toFixed(3)}) / ${(OUTER - INNER).toFixed(3)};
        float line = exp(-pow((across - 0.62) / 0.035, 2.0));
        float glow = exp(-pow((across - 0.62) / 0.2, 2.0));
        gl_FragColor = vec4(tint * 1.5, strength * (0.6 * line + 0.22 * glow));
        #include <tonemapping_fragment>
        #include <colorspace_fragment>
      }`,
    depthWrite: false,
    transparent: true,
  });
  return Object.assign(material, { uniforms });
}
