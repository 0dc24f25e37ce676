"""The 33 body landmarks that every source delivers, as MediaPipe Pose defines them.

References:
    V. Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", arXiv:2006.10204.
"""

from ctypes import c_double
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float, UInt8

if TYPE_CHECKING:  # the pose process needs no more of it than its name
    from motion.clip import Pose

from motion.compiled import function

Array = np.ndarray

SourceState = Literal["starting", "delivering", "lost"]
"""How a source of landmarks fares; a lost one goes on trying."""

COLOURS = 64
"""Colours that are told apart, of what somebody wears."""

COUNT = 33
"""Landmarks of a person."""

PEOPLE = 4
"""People in a picture at most."""

NOSE = 0
LEFT_EAR, RIGHT_EAR = 7, 8
LEFT_SHOULDER, RIGHT_SHOULDER = 11, 12
LEFT_ELBOW, RIGHT_ELBOW = 13, 14
LEFT_WRIST, RIGHT_WRIST = 15, 16
LEFT_PINKY, RIGHT_PINKY = 17, 18
LEFT_INDEX, RIGHT_INDEX = 19, 20
LEFT_HIP, RIGHT_HIP = 23, 24
LEFT_KNEE, RIGHT_KNEE = 25, 26
LEFT_ANKLE, RIGHT_ANKLE = 27, 28
LEFT_HEEL, RIGHT_HEEL = 29, 30
LEFT_TOE, RIGHT_TOE = 31, 32

TRUNK = [LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_HIP, RIGHT_HIP]
"""Corners of the trunk."""

BODY = (
    (NOSE, LEFT_SHOULDER), (NOSE, RIGHT_SHOULDER),
    (LEFT_SHOULDER, RIGHT_HIP), (RIGHT_SHOULDER, LEFT_HIP),
    (LEFT_SHOULDER, LEFT_HIP), (RIGHT_SHOULDER, RIGHT_HIP),
    (LEFT_SHOULDER, LEFT_ELBOW), (RIGHT_SHOULDER, RIGHT_ELBOW),
    (LEFT_HIP, LEFT_KNEE), (RIGHT_HIP, RIGHT_KNEE),
    (LEFT_KNEE, LEFT_ANKLE), (RIGHT_KNEE, RIGHT_ANKLE),
)  # fmt: skip
"""Strokes that fill a body from its nose to its elbows and ankles, drawn thick."""

MIRROR = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 - 2 * (i % 2 == 0) for i in range(11, COUNT))]
)
"""For each landmark the index of its counterpart on the other side (itself in the middle)."""


_image_scale = function("image_scale", "ndd", c_double)


@dataclass(frozen=True, eq=False)
class Landmarks:
    """One person in one picture.

    Attributes:
        positions: MediaPipe world landmarks, metres from the middle of the hips: x to the image's
            right, y down, z away from the camera.
        visibility: How surely each landmark lies in the image, unhidden, in [0, 1].
        image: Where the landmarks lie in the picture, in picture heights from its middle: x to the
            right, y down.
        colours: What share of the trunk has each colour, in steps of 1/255; None where the source
            does not tell.
        track: Number by which the source itself follows this person, 1 to 255; None where it
            does not.
    """

    positions: Float[Array, "33 3"]
    visibility: Float[Array, "33"]
    image: Float[Array, "33 2"]
    colours: UInt8[Array, "64"] | None = None
    track: int | None = None


@dataclass(frozen=True, eq=False)
class Sighting:
    """Everybody in one picture, or all whom a motion capture follows at one time.

    Attributes:
        time: When the picture was taken, seconds of the source's clock; grows, but may skip.
        people: In no particular order, `PEOPLE` at most; empty when nobody is seen.
        poses: People whose source tells all of their pose, always in the same order, `PEOPLE` at
            most: of the canonical skeleton, on a floor at height 0.
        ready: When it could first be read, seconds of the server's clock; None if unknown.
    """

    time: float
    people: tuple[Landmarks, ...]
    poses: "tuple[Pose, ...]" = ()
    ready: float | None = None

    @staticmethod
    def nobody(time: float) -> "Sighting":
        """Return what a source delivers when no person is in the picture."""
        return Sighting(time, ())


def image_scale(world: Float[Array, "N 3"], image: Float[Array, "N 2"]) -> float:
    """Return how many picture heights a metre of a person takes up; 0 if nothing tells."""
    scale: float = _image_scale(len(world), world, image)
    return scale


def trunk_length(image: Float[Array, "33 2"]) -> float:
    """Return how far shoulders and hips are apart, in units of the landmarks."""
    shoulders, hips = image[TRUNK].reshape(2, 2, 2).mean(axis=1)
    return float(np.hypot(*(shoulders - hips)))
