"""A dance without a server: the shipped model before a camera, in a time that the test moves."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from motion.choreography import Cue, choreography
from motion.clip import Clip, Pose
from motion.model.engine import Engine
from server.capture.demo import BEATS_PER_MINUTE, Camera
from server.capture.landmarks import Sighting
from server.interaction.dance import RULES, Dance, Opening
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerHandle, PartnerInputs, PartnerPool
from server.telemetry.faults import Faults
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, FrameMessage

FPS = 30
MODELS = Path(__file__).parents[2] / "models"
Dancer = Callable[[float], Pose]
"""How someone stands, by seconds."""


@cache
def engine(name: str = "default") -> Engine:
    return Engine.load(MODELS / name)


class DanceHarness:
    """One stage's dance. Models `default` and `other` are the same graph, for changes of model."""

    def __init__(
        self,
        engine_of: Callable[[str], Engine] = lambda _: engine(),
        rules: int = RULES,
        **controls: Any,
    ):
        self.now = 50.0
        start = {"model": "default", "emotion": {"neutral": 1.0}}
        self.controls = Controls.model_validate({**start, **controls})
        self.faults = Faults()
        self.pool = PartnerPool(engine_of, self.faults)
        self.dance = Dance(self.pool, self.faults, Opening(self.controls, rules=rules))
        self.requests: dict[PartnerHandle, PartnerInputs] = {}

    def run(
        self, seconds: float, *dancers: Dancer, take_up: bool = False, **changes: Any
    ) -> list[FrameMessage]:
        """Let time pass before some dancers, after a change of controls."""
        self.controls = self.controls.model_copy(update=changes)
        frames = [self._frame(dancers, take_up)]
        return frames + [self._frame(dancers, False) for _ in range(round(seconds * FPS) - 1)]

    def _frame(self, dancers: Sequence[Dancer], take_up: bool) -> FrameMessage:
        people = tuple(Camera().see(dancer(self.now)) for dancer in dancers)
        inputs = FrameInputs(self.now, Sighting(self.now, people), self.controls, take_up)
        self.requests = self.dance.requests(inputs)
        frame = self.dance.compose(inputs, self.pool.advance(self.requests))
        self.now += 1 / FPS
        return frame


@cache
def _dance(seed: int, emotion: str) -> Clip:
    beats = np.arange(90 * FPS) / FPS * BEATS_PER_MINUTE / 60
    return Clip(
        "dance", FPS, *choreography(beats, seed, (Cue.from_emotion({emotion: 1.0}, beat=0),))
    )


def dancer(seed: int = 0, emotion: str = "happy", aside: float = 0.0, back: float = 0.0) -> Dancer:
    """Someone who dances, at a place: metres to the left and towards the camera."""
    clip, place = _dance(seed, emotion), np.array([aside, 0.0, back])

    def at(seconds: float) -> Pose:
        pose = clip.pose(round(seconds * FPS) % len(clip))
        return Pose(pose.hips + place, pose.rotations)

    return at


def stands(_: float) -> Pose:
    """Someone who stands still."""
    return Pose.standing()


def in_turn(first: Dancer, until: float, then: Dancer) -> Dancer:
    """Someone who does one thing until a time, and then another."""
    return lambda seconds: first(seconds) if seconds < until else then(seconds)


def partner(frames: Sequence[FrameMessage], number: int = 0) -> Clip:
    """The motion of a partner."""
    return Clip.from_poses(
        [
            next(f.pose for f in frame.figures if (f.kind, f.id) == (PARTNER, number))
            for frame in frames
        ],
        FPS,
    )


def acceleration(clip: Clip) -> np.ndarray:
    """The largest of all joints in each frame but the outer two, m/s²."""
    return np.linalg.norm(np.diff(clip.world_positions(), 2, axis=0) * FPS**2, axis=-1).max(-1)
