"""All that a batch of partners keeps from frame to frame beside its streams of tokens."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from motion import features, kinematics, rotations
from motion.clip import Clip, Pose
from motion.content import usual_content
from motion.model.engine import Engine
from motion.partner.batched_state import BatchedState
from motion.partner.drift import DriftDetector
from motion.partner.emphasis import Emphasis
from motion.partner.energy import EnergyGovernor
from motion.partner.foot_lock import FootLock
from motion.partner.grounding import Grounding
from motion.partner.inertialisation import Inertialiser, Poses
from motion.partner.swell import over_a_dance, within_phrases
from motion.partner.watchdog import Watchdog
from motion.skeleton import CANONICAL

Array = np.ndarray

FRAMES_BETWEEN_REWINDS = 6
"""A change reaches the very next frame. Where values keep coming, as from a fader that is moved,
the model thinks anew five times a second, as in a fade: each rewind costs a token or two."""


class PartnerState(BatchedState):
    """Where partners are, what they showed last, their inputs, and what corrects their motion."""

    def __init__(self, engine: Engine, seeds: Sequence[int], stage_radius: float) -> None:
        contract, standing, count = engine.contract, Pose.standing(), len(seeds)
        self.begun = np.zeros(count, bool)
        self.root = np.zeros((count, 3))
        self.stage_radius = np.full(count, stage_radius)
        self.farthest = self.stage_radius.copy()
        # The last two frames, before the foot lock; not written into.
        self._hips = np.tile(standing.hips, (count, 1))
        self._turned = np.tile(standing.rotations, (count, 1, 1))
        self._hips_before, self._turned_before = self._hips, self._turned
        self.positions = kinematics.world_positions(CANONICAL, self._hips, self._turned)
        inputs = len(contract.emotions) + 3 + contract.text_width + len(contract.contents)
        self.committed_inputs = np.full((count, inputs), np.nan)
        self.since_rewind = np.full(count, FRAMES_BETWEEN_REWINDS)  # frames
        self.content = np.tile(usual_content(contract.contents), (count, 1))
        self.text = np.zeros((count, contract.text_width), np.float32)
        self.temperature = np.full(count, contract.temperature)
        self.guidance = np.full(count, contract.guidance)
        self.inertialiser = Inertialiser(count)
        self.grounding = Grounding(count)
        self.foot_lock = FootLock(count)
        self.governor = EnergyGovernor(count)
        self.watchdog = Watchdog(count)
        self.drift = DriftDetector(count)
        self.swell, self.phrasing = over_a_dance(seeds, contract), within_phrases(seeds, contract)
        self.emphasis = Emphasis(count, len(contract.emotions), contract.emphasis)

    def place_partner(self, slot: int, context: Clip) -> None:
        """Put a partner where a motion ends."""
        self.root[slot] = features.last_root(context)
        self._hips_before, self._hips = self._hips_before.copy(), self._hips.copy()
        self._turned_before, self._turned = self._turned_before.copy(), self._turned.copy()
        self._hips_before[slot], self._hips[slot] = context.hips[-2:]
        self._turned_before[slot], self._turned[slot] = context.rotations[-2:]
        self.positions[slot] = context[-1:].world_positions()[0]

    def last_two_poses(self, rows: Int[Array, "N"]) -> tuple[Poses, Poses]:
        """Return the last two poses before the foot lock."""
        before = self._hips_before[rows], self._turned_before[rows]
        return before, (self._hips[rows], self._turned[rows])

    def record_shown(self, poses: Poses, positions: Float[Array, "B J 3"]) -> Float[Array, "B"]:
        """Record what is shown; return how far the joints moved relative to the hips, metres."""
        moved = positions - self.positions - (poses[0] - self._hips)[:, None]
        self._hips_before, self._turned_before = self._hips, self._turned
        self._hips, self._turned = poses
        self.positions, self.begun = positions, np.ones_like(self.begun)
        return rotations.length(moved).mean(-1)
