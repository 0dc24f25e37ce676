"""The pool of partners: what one follows harms nobody else."""

import numpy as np

from motion.choreography import Cue, danced
from motion.clip import Clip
from motion.content import usual_content
from motion.partner.feeling import Feeling
from motion.partner.lead import Lead
from server.interaction.partner_pool import PartnerInputs, PartnerPool, PartnerSettings
from server.telemetry.faults import Faults
from tests.server.doubles import CONTRACT, SwayingEngine


def test_a_motion_that_cannot_be_coloured_is_followed_by_nobody_and_counted() -> None:
    faults, engine = Faults(), SwayingEngine()
    pool = PartnerPool(lambda _: engine, faults)
    handles = [pool.join("default", seed, None) for seed in range(2)]
    dance = danced(1.0, 0, (Cue.from_emotion({"happy": 1.0}),), 112.0)[:9]
    broken = Clip("broken", dance.fps, dance.hips, 0.0 * dance.rotations)

    def inputs(motion: Clip) -> PartnerInputs:
        lead = Lead(Feeling().promise(motion, {"sad": 1.0}), 1.0, 1.0)
        contents = usual_content(CONTRACT.contents)
        weights = np.eye(len(CONTRACT.emotions))[0]
        text = np.zeros(CONTRACT.text_width)
        return PartnerInputs(PartnerSettings(weights, 1.0, 1.0, 2.5, text, contents), lead)

    frames = pool.advance(dict(zip(handles, map(inputs, (dance, broken)), strict=True)))
    assert list(frames) == handles
    assert faults.counts == {"lead: ValueError": 1}
