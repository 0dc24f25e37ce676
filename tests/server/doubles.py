"""Stand-ins for what takes long or needs hardware: a model that sways, a scripted source."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from motion import features, rotations
from motion.clip import Clip, Pose
from motion.model.contract import Contract, State
from motion.model.engine import Conditions, Noise, States
from motion.skeleton import CANONICAL
from server.capture.demo import Camera
from server.capture.landmarks import Sighting
from server.sentence import Sentence
from server.wire.protocol import LandmarksMessage, encode_landmarks

EMOTIONS = ("neutral", "happy", "sad")
ARMS = CANONICAL.indices("leftUpperArm", "rightUpperArm")

CONTRACT = Contract(
    name="sway",
    kind="double",
    fps=30.0,
    frames_per_step=4,
    context_frames=128,
    joints=CANONICAL.joints,
    features=features.CANONICAL_LAYOUT.parts,
    emotions=EMOTIONS,
    energy_by_emotion=(0.5, 0.8, 0.3),
    noise=1,
    states=(State(name="phase", shape=(1,)),),
    temperature=1.0,
    guidance=0.0,
    licence="MIT",
    corpus="none",
)


class SwayingEngine:
    """A model that swings its arms: how wide by the energy, how high by happiness and by chance.

    Attributes:
        batches: How many partners each call was for.
        asked: The energies of the newest call.
        still: Whether it stands, whatever it is asked for.
        swell: Factor for all that it gives; nothing but 1 is motion.
        before: Called before each step; may take its time, or raise.
    """

    def __init__(self, contract: Contract = CONTRACT) -> None:
        self.contract = contract
        self.batches: list[int] = []
        self.asked = np.empty(0)
        self.still, self.swell = False, 1.0
        self.before: Callable[[], None] = lambda: None
        self._standing = features.from_clip(Clip.from_poses([Pose.standing()] * 2, 30))[0]

    def initial_states(self, batch: int = 1) -> States:
        return {"phase": np.zeros((batch, 1), np.float32)}

    def step(
        self, frames: np.ndarray, conditions: Conditions, states: States, noise: Noise
    ) -> tuple[np.ndarray, States]:
        self.before()
        self.batches.append(len(frames))
        self.asked = conditions.energy[:, 0]
        times = states["phase"] + np.arange(1, 5, dtype=np.float32) / 30
        swing = 0.0 if self.still else 1.6 * conditions.energy * np.sin(4 * np.pi * times)
        angle = 0.05 * noise.normal + conditions.emotion[:, 1:2] + swing
        following = np.tile(self._standing, (len(frames), 4, 1))
        local = following[..., features.PART["rotations"]].reshape(*angle.shape, -1, 6)
        local[..., ARMS, :] = rotations.to_6d(_lifted(angle))
        following[..., features.PART["rotations"]] = local.reshape(*angle.shape, -1)
        return np.float32(self.swell) * following, {"phase": times[:, -1:]}


@dataclass
class ScriptedSource:
    """Delivers what a test puts into it."""

    name: str = "scripted"
    state: str = "delivering"
    detail: Sentence | None = None
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
    pose.rotations[ARMS] = _lifted(np.array(lift))
    return Sighting(time, (Camera().see(pose),))


def landmarks(time: float) -> bytes:
    """The message in which a browser tells the same."""
    return encode_landmarks(LandmarksMessage(0, seen(time)))


def _lifted(angle: np.ndarray) -> np.ndarray:
    """Return the rotations of both upper arms, lifted to the sides by an angle."""
    turn = np.zeros((*angle.shape, 2, 3))
    turn[..., 2] = angle[..., None] * [1.0, -1.0]
    standing = Rotation.from_quat(Pose.standing().rotations[ARMS])
    turned = [
        Rotation.from_rotvec(turn[..., arm, :].reshape(-1, 3)) * standing[arm] for arm in (0, 1)
    ]
    return np.stack([each.as_quat().reshape(*angle.shape, 4) for each in turned], axis=-2)
