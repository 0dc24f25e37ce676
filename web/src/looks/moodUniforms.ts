import { Color } from "three";
import type { Mood } from "./mood";

/** What the shaders of a look know of its mood. */
export class MoodUniforms {
  readonly uniforms = {
    accent: { value: new Color() },
    glow: { value: new Color() },
    memory: { value: 1 },
    turbulence: { value: 0 },
    rise: { value: 0 },
    weight: { value: 1 },
    stir: { value: 1 },
    roughness: { value: 0 },
  };

  /** Tells the shaders the mood of the moment. Allocates nothing. */
  update({ palette, behaviour }: Mood): void {
    const { uniforms } = this;
    uniforms.accent.value.copy(palette.accent);
    uniforms.glow.value.copy(palette.light);
    uniforms.memory.value = behaviour.memory;
    uniforms.turbulence.value = behaviour.turbulence;
    uniforms.rise.value = behaviour.rise;
    uniforms.weight.value = behaviour.weight;
    uniforms.stir.value = behaviour.stir;
    uniforms.roughness.value = behaviour.roughness;
  }
}
