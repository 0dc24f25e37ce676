"""The built-in demo performer: a dance seen as a camera would see it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.choreography import EMOTIONS, PHRASE, Cue, Score, choreography
from motion.clip import Pose
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.landmarks import Landmarks, Sighting, SourceState

Array = np.ndarray

PICTURES_PER_SECOND = 30
"""As a usual camera gives them."""

BEATS_PER_MINUTE = 112.0

MOOD_BEATS = 4 * PHRASE
"""Beats in one mood: 17 s."""

_ON_LEFT = {
    lm.LEFT_SHOULDER: ("leftUpperArm", (0.0, 0.0, 0.0)),
    lm.LEFT_ELBOW: ("leftLowerArm", (0.0, 0.0, 0.0)),
    lm.LEFT_WRIST: ("leftHand", (0.0, 0.0, 0.0)),
    lm.LEFT_PINKY: ("leftHand", (0.08, 0.0, -0.03)),
    lm.LEFT_INDEX: ("leftHand", (0.09, 0.0, 0.03)),
    lm.LEFT_INDEX + 2: ("leftHand", (0.04, 0.0, 0.04)),
    lm.LEFT_HIP: ("leftUpperLeg", (0.0, 0.0, 0.0)),
    lm.LEFT_KNEE: ("leftLowerLeg", (0.0, 0.0, 0.0)),
    lm.LEFT_ANKLE: ("leftFoot", (0.0, 0.0, 0.0)),
    lm.LEFT_HEEL: ("leftFoot", (0.0, -0.06, -0.04)),
    lm.LEFT_TOE: ("leftToes", (0.0, 0.0, 0.04)),
    1: ("head", (0.02, 0.08, 0.09)),
    2: ("head", (0.03, 0.08, 0.09)),
    3: ("head", (0.04, 0.08, 0.085)),
    lm.LEFT_EAR: ("head", (0.075, 0.07, 0.0)),
    9: ("head", (0.025, 0.0, 0.09)),
}
"""Where the landmarks of the left side lie: a joint and metres in its own axes."""


def _places() -> tuple[list[int], Array]:
    """Return the joint and the offset in it of every landmark."""
    places = {lm.NOSE: ("head", (0.0, 0.04, 0.12)), **_ON_LEFT}
    for landmark, (joint, (x, y, z)) in _ON_LEFT.items():
        places[int(lm.MIRROR[landmark])] = (joint.replace("left", "right"), (-x, y, z))
    order = [places[landmark] for landmark in range(lm.COUNT)]
    return CANONICAL.indices(*(joint for joint, _ in order)), np.array([o for _, o in order])


_JOINTS, _OFFSETS = _places()


@dataclass(frozen=True)
class Camera:
    """A pinhole camera before the stage, on its z axis, looking back at it.

    Attributes:
        height: Above the floor, metres.
        distance: From the middle of the stage, metres.
        tilt: How far it looks down, radians.
        focal: Focal length in picture heights.
    """

    height: float = 1.2
    distance: float = 4.5
    tilt: float = 0.0
    focal: float = 1.2

    def see(self, pose: Pose) -> Landmarks:
        """Return the landmarks that MediaPipe would find on a pose, were it never wrong."""
        from_camera = _places_on(pose) - [0.0, self.height, self.distance]
        sine, cosine = np.sin(self.tilt), np.cos(self.tilt)
        turned = np.array([[1.0, 0.0, 0.0], [0.0, -cosine, sine], [0.0, -sine, -cosine]])
        seen = from_camera @ turned.T
        image = self.focal * seen[:, :2] / seen[:, 2:]
        middle = (seen[lm.LEFT_HIP] + seen[lm.RIGHT_HIP]) / 2
        return Landmarks(seen - middle, np.ones(lm.COUNT), image)


def _places_on(pose: Pose) -> Float[Array, "33 3"]:
    """Return where the landmarks of a pose are, metres."""
    positions, turned = world_from_local(CANONICAL, pose.hips, pose.rotations)
    return np.asarray(positions[_JOINTS] + rotations.rotate(turned[_JOINTS], _OFFSETS))


def demo_dance(times: Float[Array, "T"], seed: int) -> list[Pose]:
    """Return how the demo performer stands: neutral at first, then in all moods in turn.

    Args:
        times: Seconds, not negative, ascending.
        seed: Chooses figures and the order of moods.
    """
    beats = np.asarray(times) * BEATS_PER_MINUTE / 60.0
    moods = _moods(seed, int(beats[0] // MOOD_BEATS), int(beats[-1] // MOOD_BEATS))
    return [Pose(*frame) for frame in zip(*choreography(beats, seed, moods), strict=True)]


@lru_cache(maxsize=2)
def _second(number: int, seed: int) -> list[Pose]:
    """Return the frames of one second: made together, for a tenth of what they cost alone."""
    return demo_dance(number + np.arange(PICTURES_PER_SECOND) / PICTURES_PER_SECOND, seed)


def _moods(seed: int, first: int, last: int) -> Score:
    """Return the cues from mood to mood: as far as the dance looks back and ahead."""
    return tuple(
        Cue.from_emotion({_mood(seed, number): 1.0}, beat=number * MOOD_BEATS)
        for number in range(max(first - 2, 0), last + 2)
    )


def _mood(seed: int, number: int) -> str:
    """Return a card of an endless row of shuffled decks; the first is neutral."""
    if number == 0:
        return "neutral"
    deck, card = divmod(number - 1, len(EMOTIONS))
    return EMOTIONS[np.random.default_rng([seed, deck]).permutation(len(EMOTIONS))[card]]


class DemoSource:
    """A performer who is always there; dances from the moment it is started."""

    def __init__(self, clock: Callable[[], float], seed: int = 0) -> None:
        self.name = "demo"
        self.detail = None
        self._clock = clock
        self._seed = seed
        self._began: float | None = None
        self._frame = -1

    @property
    def state(self) -> SourceState:
        """Delivering once started."""
        return "starting" if self._began is None else "delivering"

    def start(self) -> None:
        """Begin the dance."""
        self._began = self._clock()

    def latest(self) -> Sighting | None:
        """Return the performer in the current frame, or None when it was read already."""
        if self._began is None:
            return None
        frame = int((self._clock() - self._began) * PICTURES_PER_SECOND)
        if frame == self._frame:
            return None
        self._frame = frame
        second, part = divmod(frame, PICTURES_PER_SECOND)
        seen = Camera().see(_second(second, self._seed)[part])
        return Sighting(self._began + frame / PICTURES_PER_SECOND, (seen,))

    def close(self) -> None:
        """Stop."""
        self._began = None
