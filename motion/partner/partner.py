"""The partner: a company of one."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from motion.clip import Clip, Pose
from motion.model.engine import Engine
from motion.partner.partner_batch import STAGE_RADIUS, Company

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Frame:
    """A pose of the partner at its time.

    Attributes:
        pose: In world space.
        contacts: Of `kinematics.CONTACT_JOINTS`, (4,).
        taken_up: Whether the partner goes on from a dancer with this frame.
    """

    pose: Pose
    contacts: Bool[Array, "4"]
    taken_up: bool


class Partner:
    """Dances on from what it has seen, in an emotion, for as long as it is asked to."""

    def __init__(self, engine: Engine, seed: int, stage_radius: float = STAGE_RADIUS) -> None:
        """Set up a partner that stands at the origin; see `Company`."""
        self.fps = engine.contract.fps
        self._company = Company(engine, [seed], stage_radius)

    @property
    def recoveries(self) -> int:
        """How often it had to be set up anew."""
        return int(self._company.recoveries[0])

    @property
    def text(self) -> Float[Array, "T"]:
        """Its prompt, as of `motion.model.text.tokens_of`; may be written into."""
        return self._company.text[0]

    @property
    def content(self) -> Float[Array, "C"]:
        """What it dances; see `Company.content`."""
        return self._company.content[0]

    def take_up(self, context: Clip) -> None:
        """Go on from another motion; see `Company.take_up`."""
        self._company.take_up(0, context)

    def advance(self, emotion: Float[Array, "E"], energy: float = 1.0) -> Frame:
        """Return the next frame; see `Company.advance`."""
        frames = self._company.advance(emotion[None], np.array([energy]))
        pose = Pose(frames.hips[0], frames.rotations[0])
        return Frame(pose, frames.contacts[0], bool(frames.taken_up[0]))
