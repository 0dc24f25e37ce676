import { BodyMesh } from "../body/bodyMesh";
import type { FigureName } from "../body/figure";
import { decay } from "../motion/decay";
import type { Look, LookFactory } from "./look";

/** Spacing of the body's vertices, metres. */
const SPACING = 0.01;
const RIM = 0.55;
/** The outline lights up when the partner takes a performer up. */
const FLARE = 1.6;
const FLARE_HALF_LIFE = 0.3;

/** Modelled figures, in a costume of the emotion's colour. */
export const dancer = figureLook("dancer");
export const athlete = figureLook("athlete");
export const mannequin = figureLook("mannequin");

function figureLook(figure: FigureName): LookFactory {
  return (skeleton) => {
    const avatar = new BodyMesh(skeleton, SPACING, figure);
    let flare = 0;
    return {
      object: avatar.object,
      room: "dark",
      luminous: false,
      update(motion, { palette, behaviour, pulse }, seconds) {
        avatar.pose(motion);
        flare = motion.takenUp ? 1 : flare * decay(FLARE_HALF_LIFE, seconds);
        avatar.costume.copy(palette.accent);
        avatar.rim.copy(palette.light).lerp(palette.accent, 0.5);
        avatar.rim.multiplyScalar(RIM * behaviour.weight + FLARE * flare + pulse);
      },
      setQuality() {},
      dispose: () => avatar.dispose(),
    } satisfies Look;
  };
}
