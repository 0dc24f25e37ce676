import { AdditiveBlending } from "three";
import type { Quality } from "../quality";
import type { Look, LookFactory } from "./look";
import { Particles } from "./particles";

const COUNT = 26_000;
const SHARE: Readonly<Record<Quality, number>> = { low: 0.4, medium: 0.65, high: 1 };

/** A figure of dust that remembers motion: what moves sheds grains that fly on as it moved. */
export const motes: LookFactory = (skeleton) => {
  const particles = new Particles(skeleton, COUNT, {
    settled: 0.38,
    size: 0.013,
    shedding: [0.1, 0.9],
    trickle: 0.12,
    blending: AdditiveBlending,
    shade: `
      vec4 shade(float left, float speed, float grazing, float off) {
        float soft = (1.0 - off) * (1.0 - off);
        float hot = left * left * left;
        vec3 colour = mix(accent, glow, hot * 0.85);
        float strength = left < 1.0 ? 0.9 * left : 0.35 + 1.1 * grazing * grazing;
        return vec4(colour * soft * strength * 1.4, 0.0);
      }`,
  });
  return {
    object: particles.object,
    room: "dark",
    luminous: true,
    update: (motion, mood, seconds) => particles.update(motion, mood, seconds),
    setQuality: (quality) => particles.thin(SHARE[quality]),
    dispose: () => particles.dispose(),
  } satisfies Look;
};
