"""Where in a picture a person is: regions of interest, square and turned, and what they show.

References:
    V. Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", arXiv:2006.10204.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

Array = np.ndarray

_MARGIN = 1.25
"""How much larger a region is than the circle about a person: what the networks were trained on."""

_SMALLEST, _LARGEST = 4.0, 100.0  # side of a region, pixels and longest sides of the picture


@dataclass(frozen=True, eq=False)
class Region:
    """A square that stands upright with the person in it.

    Attributes:
        centre: Pixels of the picture, x to the right and y down.
        side: Pixels.
        angle: Radians by which the person leans to the right, in [-pi, pi).
    """

    centre: Float[Array, "2"]
    side: float
    angle: float

    @staticmethod
    def whole(width: int, height: int) -> "Region":
        """Return the square about a picture of so many pixels."""
        return Region(np.array([width, height]) / 2, float(max(width, height)), 0.0)

    @staticmethod
    def about(middle: Float[Array, "2"], edge: Float[Array, "2"]) -> "Region":
        """Return the region of a person.

        Args:
            middle: Middle of the hips, pixels.
            edge: Where the circle about the whole person is cut by the line that leads from there
                up along the trunk, pixels.
        """
        along, up = edge - middle
        turn = np.pi / 2 - np.arctan2(-up, along)
        angle = float((turn + np.pi) % (2 * np.pi) - np.pi)
        return Region(middle, 2 * _MARGIN * float(np.hypot(along, up)), angle)

    def sound(self, width: int, height: int) -> bool:
        """Tell whether it is of a size that a picture of so many pixels can fill."""
        finite = np.isfinite([*self.centre, self.side, self.angle]).all()
        return bool(finite and _SMALLEST <= self.side <= _LARGEST * max(width, height))

    @property
    def axes(self) -> Float[Array, "2 2"]:
        """The square's sides as columns, pixels: to the right and down for the person in it."""
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return self.side * np.array([[cosine, -sine], [sine, cosine]])

    def place(self, points: Float[Array, "*n 2"]) -> Float[Array, "*n 2"]:
        """Return where points of the square, [0, 1] from its upper left, lie in the picture."""
        return self.centre + (points - 0.5) @ self.axes.T

    def overlap(self, other: "Region") -> float:
        """Return intersection over union of the two, turns left aside."""
        reach = (self.side + other.side) / 2 - np.abs(self.centre - other.centre)
        width, height = np.clip(reach, 0.0, min(self.side, other.side))
        common = float(width * height)
        return common / (self.side**2 + other.side**2 - common)


def cut(
    image: UInt8[Array, "H W 3"], region: Region, side: int, *, stretch: bool
) -> UInt8[Array, "side side 3"]:
    """Return a region of a picture, turned upright.

    Args:
        image: The picture.
        region: What to cut from it.
        side: Pixels of the result.
        stretch: Whether the picture's edge goes on beyond it, or black.
    """
    import cv2

    axes = region.axes
    matrix = np.eye(3)
    matrix[:2] = np.column_stack([axes / side, region.centre - axes.sum(axis=1) / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE if stretch else cv2.BORDER_CONSTANT
    # The general warp is truer than the affine one, which rounds where it starts in each row.
    return np.asarray(
        cv2.warpPerspective(image, matrix, (side, side), flags=flags, borderMode=border)
    )
