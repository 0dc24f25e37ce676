"""What of somebody a network is shown: their region of a picture, others painted over.

Of two people who overlap, the network would make one body. OpenCV is imported only when needed.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from server.capture import landmarks as lm
from server.capture.landmarks import Landmarks, trunk_length
from server.capture.pose_region import Region, cut

Array = np.ndarray

_LIMBS = np.array([*lm.BODY, (lm.LEFT_ELBOW, lm.LEFT_WRIST), (lm.RIGHT_ELBOW, lm.RIGHT_WRIST)])
_THICK = 0.35  # of the trunk's length: width of a limb, clothes included
_HEAD = 0.28  # of the trunk's length: radius of a head with its hair


def clear_view(
    image: UInt8[Array, "H W 3"],
    region: Region,
    side: int,
    own: Landmarks | None,
    before: Sequence[Landmarks],
    behind: Sequence[Landmarks],
) -> UInt8[Array, "side side 3"]:
    """Return a region of a picture, everybody but one person in its mean colour.

    Args:
        image: The picture.
        region: Where that person is.
        side: Pixels of the result.
        own: How they stood last, as far as that is known.
        before: How those stand who may hide them.
        behind: How those stood last who may show behind them; they are painted over only where
            that person is not.
    """
    import cv2

    shown = cut(image, region, side, stretch=True)
    if not before and not behind:
        return shown
    covered = np.zeros((side, side), np.uint8)
    for colour, people in ((1, behind), (0, [own] if own else []), (1, before)):
        for person in people:
            _draw(covered, _in_view(person, image, region, side), colour)
    shown[covered > 0] = cv2.mean(shown)[:3]
    return shown


def _in_view(person: Landmarks, image: Array, region: Region, side: int) -> Landmarks:
    """Return landmarks whose places in the picture are pixels of the view."""
    height, width = image.shape[:2]
    points = person.image * height + [width / 2, height / 2] - region.centre
    across = side * (points @ np.linalg.inv(region.axes).T + 0.5)
    across = np.clip(np.nan_to_num(across), -4 * side, 4 * side)
    return Landmarks(person.positions, person.visibility, across)


def _draw(covered: UInt8[Array, "side side"], person: Landmarks, colour: int) -> None:
    import cv2

    trunk = trunk_length(person.image)
    thick = max(round(_THICK * trunk), 1)
    points = person.image.round().astype(int)
    for start, end in points[_LIMBS].tolist():
        cv2.line(covered, start, end, (colour,), thick)
    cv2.circle(covered, points[lm.NOSE].tolist(), round(_HEAD * trunk), (colour,), cv2.FILLED)
