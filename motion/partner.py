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

STEPS_PER_FRAME = 4
"""Model steps by which a partner that dances on listens to a dancer, each frame: 5 ms at most."""


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


class Memory:
    """What the model has heard, and the frames that it is still to hear."""

    def __init__(self, engine: Engine, frames: Float[Array, "T F"]) -> None:
        """Begin with the last frames of a motion, as many as the model's context holds."""
        contract = engine.contract
        steps = min(len(frames), contract.context_frames) // contract.frames_per_step
        last = frames[len(frames) - steps * contract.frames_per_step :]
        self._engine, self._states = engine, engine.initial_states()
        self._unheard = deque(last.reshape(steps, 1, contract.frames_per_step, features.WIDTH))

    def catch_up(self, conditions: Conditions, rng: np.random.Generator) -> bool:
        """Hear a few frames, and tell whether the rest is few enough to think at once."""
        for _ in range(min(STEPS_PER_FRAME, len(self._unheard) - 1)):
            self._hear(conditions, rng)
        return len(self._unheard) == 1

    def think(self, conditions: Conditions, rng: np.random.Generator) -> Float[Array, "K F"]:
        """Hear all that is left, and return the frames that follow; they are heard next time."""
        while self._unheard:
            following = self._hear(conditions, rng)
        self._unheard.append(following)
        return following[0]

    def _hear(self, conditions: Conditions, rng: np.random.Generator) -> Array:
        frames = self._unheard.popleft()
        following, self._states = self._engine.step(frames, conditions, self._states, rng)
        return following


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
        self._pending: deque[Pose] = deque()
        self._shown: deque[Pose] = deque([Pose.standing()] * 2, maxlen=2)
        self._offset: Offset | None = None
        self._foot_lock = FootLock()
        self._governor = EnergyGovernor(contract.fps)
        self._memory = self._memory_of(self._still(Pose.standing()))
        self._listening: Memory | None = None
        self._begun, self._taking_up = False, True

    def take_up(self, context: Clip) -> None:
        """Go on from another motion.

        The partner stays at its own place and dances on while it listens, a quarter of a second
        at most; one that has shown nothing yet takes the context's place and begins at once.

        Args:
            context: At least as long as one step of the model; its last seconds count.
        """
        context = context.resampled(self.fps)
        self._listening = self._memory_of(context)
        if not self._begun:
            self._memory, self._listening = self._listening, None
            self._root = features.last_root(context)
            self._shown.extend([context.pose(-2), context.pose(-1)])

    def advance(self, emotion: Float[Array, "E"], energy: float = 1.0) -> Frame:
        """Return the next frame.

        Args:
            emotion: Weights over the contract's emotions, with a sum above 0.
            energy: 1 is usual for the emotion; in [0.5, 2].
        """
        conditions = self._conditions(emotion, energy)
        if self._listening is not None and self._listening.catch_up(conditions, self._rng):
            self._turn_to(self._listening)
        if not self._pending:
            self._think(conditions)
        taken_up, self._taking_up, self._begun = self._taking_up, False, True
        pose = self._pending.popleft()
        dt = 1.0 / self.fps
        if self._offset is not None:
            self._offset = self._offset.faded(dt)
            pose = self._offset.apply(pose)
        pose, contacts = self._foot_lock.apply(pose, dt)
        self._shown.append(pose)
        return Frame(pose, contacts, taken_up)

    def _turn_to(self, memory: Memory) -> None:
        self._memory, self._listening = memory, None
        self._pending.clear()
        self._taking_up = True

    def _think(self, conditions: Conditions) -> None:
        """Let the model go on, and turn what it says into poses."""
        following = self._memory.think(conditions, self._rng)
        if not np.isfinite(following).all():
            self.recoveries += 1
            self._turn_to(self._memory_of(self._still(self._shown[-1])))
            following = self._memory.think(conditions, self._rng)
        bounded = keep_on_stage(following, self._root, self._stage_radius)
        poses, self._root = features.to_poses(bounded, self.fps, self._root)
        if self._taking_up:
            before, last = self._shown
            self._offset = Offset.between((before, last), (poses[0], poses[1]), 1.0 / self.fps)
        self._pending.extend(poses)
        self._governor.observe(Clip.from_poses(poses, self.fps))

    def _conditions(self, emotion: Array, energy: float) -> Conditions:
        usual = float(emotion @ np.asarray(self._engine.contract.energy_by_emotion))
        return Conditions(
            emotion[None].astype(np.float32),
            _one(self._governor.steer(energy * usual / emotion.sum())),
            _one(self.temperature),
            _one(self.guidance),
        )

    def _memory_of(self, clip: Clip) -> Memory:
        return Memory(self._engine, features.from_clip(clip))

    def _still(self, pose: Pose) -> Clip:
        return Clip.from_poses([pose] * self._engine.contract.frames_per_step, self.fps)


def _one(value: float) -> Array:
    return np.full((1, 1), value, np.float32)
