"""Stand-ins for what takes long or needs hardware: a partner that sways, a scripted source."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from motion import features
from motion.clip import Clip, Pose
from motion.contract import Contract
from motion.partner import Frame
from motion.skeleton import CANONICAL
from server.demo import Camera
from server.landmarks import Sighting

EMOTIONS = ("neutral", "happy", "sad")
ARMS = CANONICAL.indices("leftUpperArm", "rightUpperArm")

CONTRACT = Contract(
    name="sway",
    kind="double",
    fps=30.0,
    frames_per_step=4,
    context_frames=128,
    joints=CANONICAL.joints,
    features=features.LAYOUT,
    emotions=EMOTIONS,
    energy_by_emotion=(0.5, 0.8, 0.3),
    noise=0,
    states=(),
    temperature=1.0,
    guidance=0.0,
    licence="MIT",
    corpus="none",
)


class SwayingPartner:
    """Sways on the spot: how wide by the energy, how high the arms by the emotion."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.taken_up: list[Clip] = []
        self.asked: list[tuple[list[float], float]] = []
        self.fail: Exception | None = None
        self.blow_up = False
        self._frames = 0
        self._taking_up = True

    def take_up(self, context: Clip) -> None:
        if self.fail:
            raise self.fail
        self.taken_up.append(context)
        self._taking_up = True

    def advance(self, emotion: np.ndarray, energy: float) -> Frame:
        self.asked.append((emotion.tolist(), energy))
        if self.fail:
            raise self.fail
        pose = Pose.standing()
        pose.hips[0] = np.nan if self.blow_up else 0.1 * energy * np.sin(0.2 * self._frames)
        _lift(pose, float(emotion[1]))
        self._frames += 1
        taken_up, self._taking_up = self._taking_up, False
        return Frame(pose, np.array([True, True, False, False]), taken_up)


@dataclass
class ScriptedSource:
    """Delivers what a test puts into it."""

    name: str = "scripted"
    state: str = "delivering"
    detail: str = ""
    waiting: Sighting | Exception | None = None

    def start(self) -> None: ...

    def latest(self) -> Sighting | None:
        waiting, self.waiting = self.waiting, None
        if isinstance(waiting, Exception):
            raise waiting
        return waiting

    def close(self) -> None: ...


def seen(time: float, lift: float = 0.0) -> Sighting:
    """What a source sees of someone who stands, with the arms lifted by some radians."""
    pose = Pose.standing()
    _lift(pose, lift)
    return Sighting(time, (Camera().see(pose),))


def _lift(pose: Pose, angle: float) -> None:
    turn = Rotation.from_rotvec([[0.0, 0.0, angle], [0.0, 0.0, -angle]])
    pose.rotations[ARMS] = (turn * Rotation.from_quat(pose.rotations[ARMS])).as_quat()
