"""The partner: a batch of one."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from motion.clip import Clip, Pose
from motion.model.engine import Engine
from motion.partner.lead import Lead
from motion.partner.partner_batch import STAGE_RADIUS, PartnerBatch

Array = np.ndarray


class PartnerFrame(NamedTuple):
    """A pose of the partner at its time.

    Attributes:
        pose: In world space.
        contacts: Whether each of `kinematics.CONTACT_JOINTS` stands, (4,).
        taken_up: Whether the partner goes on from a dancer with this frame.
    """

    pose: Pose
    contacts: Bool[Array, "4"]
    taken_up: bool


class Partner:
    """Dances on from the motion it took up, in an emotion, without end."""

    def __init__(self, engine: Engine, seed: int, stage_radius: float = STAGE_RADIUS) -> None:
        """Set up a partner that stands at the origin; see `PartnerBatch`."""
        self.fps = engine.contract.fps
        self._batch = PartnerBatch(engine, [seed], stage_radius)

    @property
    def recoveries(self) -> int:
        """How often it had to start again from standing."""
        return int(self._batch.recoveries[0])

    @property
    def text(self) -> Float[Array, "T"]:
        """Its prompt, from `motion.model.text.tokens_of`; may be written into."""
        return self._batch.text[0]

    @property
    def content(self) -> Float[Array, "C"]:
        """What it dances; see `PartnerBatch.content`."""
        return self._batch.content[0]

    def take_up(self, context: Clip) -> None:
        """Go on from another motion; see `PartnerBatch.take_up`."""
        self._batch.take_up(0, context)

    def advance(
        self, emotion: Float[Array, "E"], energy: float = 1.0, lead: Lead | None = None
    ) -> PartnerFrame:
        """Return the next frame; see `PartnerBatch.advance`."""
        leads = {} if lead is None else {0: lead}
        frames = self._batch.advance(emotion[None], np.array([energy]), leads)
        pose = Pose(frames.hips[0], frames.rotations[0])
        return PartnerFrame(pose, frames.contacts[0], bool(frames.taken_up[0]))

    def think_ahead(self) -> None:
        """Generate what no frame needs yet; see `PartnerBatch.think_ahead`."""
        self._batch.think_ahead()
