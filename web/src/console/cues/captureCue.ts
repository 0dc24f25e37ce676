import type { ControlChanges, Controls } from "../../protocol/messages";

/** Those of the controls that a cue remembers: what is of the moment alone is left out. */
export function captureCue(controls: Controls): ControlChanges {
  const { emotion, content, energy, text, temperature, influence, mode, model } = controls;
  const { stage_radius, dancers, look, placement } = controls;
  const partner = { emotion, content, energy, text, temperature, influence, mode, model };
  return { ...partner, stage_radius, dancers, look, placement };
}
