"""The partner: one endless stream of poses from a motion model.

model step → sample → stage bounds → poses → blend → foot lock. No IO, no clock; the same seed and
the same calls give the same motion.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from motion import features
from motion.clip import Clip, Pose
from motion.energy import EnergyGovernor
from motion.engine import Conditions, Engine
from motion.features import Root
from motion.foot_lock import FootLock
from motion.inertia import Offset
from motion.stage_bounds import keep_on_stage

Array = np.ndarray

STAGE_RADIUS = 2.5
"""Metres."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A pose of the partner at its time.

    Attributes:
        pose: In world space.
        contacts: Of `kinematics.CONTACT_JOINTS`, (4,).
        taken_up: Whether the partner took up a dancer with this frame.
    """

    pose: Pose
    contacts: Bool[Array, "4"]
    taken_up: bool


class Partner:
    """Dances on from what it has seen, in an emotion, for as long as it is asked to."""

    def __init__(self, engine: Engine, seed: int, stage_radius: float = STAGE_RADIUS) -> None:
        """Set up a partner that stands at the origin.

        Args:
            engine: The model; partners may share it.
            seed: Of all chance in the motion.
            stage_radius: How far from the origin it may go, metres.
        """
        contract = engine.contract
        self.fps = contract.fps
        self.recoveries = 0
        self.temperature, self.guidance = contract.temperature, contract.guidance
        self._engine, self._rng = engine, np.random.default_rng(seed)
        self._stage_radius = stage_radius
        self._root = Root()
        self._pending: deque[tuple[Pose, Array]] = deque()
        self._shown: deque[Pose] = deque([Pose.standing()] * 2, maxlen=2)
        self._offset: Offset | None = None
        self._foot_lock = FootLock()
        self._governor = EnergyGovernor(contract.fps)
        self._begun = False
        self.take_up(Clip.from_poses([Pose.standing()] * contract.frames_per_step, self.fps))

    def take_up(self, context: Clip) -> None:
        """Go on from another motion from the next frame on.

        The partner stays at its own place; one that has shown nothing yet takes the context's.

        Args:
            context: At least as long as one step of the model; its last seconds count.
        """
        context = context.resampled(self.fps)
        frames = features.from_clip(context)
        if not self._begun:
            self._root = features.last_root(context)
            self._shown.extend([context.pose(-2), context.pose(-1)])
        contract = self._engine.contract
        steps = min(len(frames), contract.context_frames) // contract.frames_per_step
        self._heard = frames[len(frames) - steps * contract.frames_per_step :]
        self._states = self._engine.initial_states()
        self._pending.clear()
        self._taking_up = True

    def advance(self, emotion: Float[Array, "E"], energy: float = 1.0) -> Frame:
        """Return the next frame.

        Args:
            emotion: Weights over the contract's emotions, with a sum above 0.
            energy: 1 is usual for the emotion; in [0.5, 2].
        """
        if not self._pending:
            self._think(emotion, energy)
        taken_up, self._taking_up, self._begun = self._taking_up, False, True
        pose, contacts = self._pending.popleft()
        dt = 1.0 / self.fps
        if self._offset is not None:
            self._offset = self._offset.faded(dt)
            pose = self._offset.apply(pose)
        pose = self._foot_lock.apply(pose, contacts, dt)
        self._shown.append(pose)
        return Frame(pose, contacts, taken_up)

    def _think(self, emotion: Array, energy: float) -> None:
        """Let the model go on, and turn what it says into poses."""
        following = self._step(emotion, energy)
        if not np.isfinite(following).all():
            self.recoveries += 1
            self.take_up(Clip.from_poses([self._shown[-1]] * len(following), self.fps))
            following = self._step(emotion, energy)
        self._heard = following
        bounded = keep_on_stage(following, self._root, self._stage_radius)
        poses, contacts, self._root = features.to_poses(bounded, self.fps, self._root)
        if self._taking_up:
            before, last = self._shown
            self._offset = Offset.between((before, last), (poses[0], poses[1]), 1.0 / self.fps)
        self._pending.extend(zip(poses, contacts, strict=True))
        self._governor.observe(Clip.from_poses([self._shown[-1], *poses], self.fps))

    def _step(self, emotion: Array, energy: float) -> Array:
        """Hear all frames that the model has not heard yet, and return those that follow."""
        contract = self._engine.contract
        usual = float(emotion @ np.asarray(contract.energy_by_emotion) / emotion.sum())
        conditions = Conditions(
            emotion[None].astype(np.float32),
            _one(self._governor.steer(usual * energy)),
            _one(self.temperature),
            _one(self.guidance),
        )
        for heard in self._heard.reshape(-1, contract.frames_per_step, features.WIDTH):
            following, self._states = self._engine.step(
                heard[None], conditions, self._states, self._rng
            )
        return following[0]


def _one(value: float) -> Array:
    return np.full((1, 1), value, np.float32)
