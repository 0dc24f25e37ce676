"""What is drawn of a motion: points that move, and round lines between them."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from motion import rotations
from motion.clip import Clip
from motion.draw.body import figure_of
from motion.kinematics import world_from_local
from motion.skeleton import Skeleton

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Drawing:
    """Points over time, and the lines between them; a line from a point to itself is a ball.

    Attributes:
        name: Name of the motion.
        fps: Frames per second.
        points: World positions, Y up, the floor at 0, metres, (T, P, 3); NaN where unknown.
        lines: The two points of each, (L, 2).
        radii: At either end, metres, (L, 2).
        colours: Red, green, blue in [0, 1], (L, 3).
    """

    name: str
    fps: float
    points: Float[Array, "T P 3"]
    lines: Int[Array, "L 2"]
    radii: Float[Array, "L 2"]
    colours: Float[Array, "L 3"]

    def __len__(self) -> int:
        return len(self.points)

    def at_rate(self, fps: float) -> "Drawing":
        """Return the nearest frames at another rate."""
        count = max(1, round(len(self) * fps / self.fps))
        frames = np.minimum((np.arange(count) * self.fps / fps).round().astype(int), len(self) - 1)
        return replace(self, fps=fps, points=self.points[frames])

    @staticmethod
    def from_clip(clip: Clip) -> "Drawing":
        """Return the drawing of a clip: the capsules of the figure."""
        points = capsule_ends(clip.skeleton, clip.hips, clip.rotations)
        lines = np.arange(points.shape[1]).reshape(2, -1).T
        figure = figure_of(clip.skeleton)
        radii, colours = (
            np.array([getattr(part, what) for part in figure]) for what in ("radii", "colour")
        )
        return Drawing(clip.name, clip.fps, points, lines, radii, colours)


def capsule_ends(
    skeleton: Skeleton, hips: Float[Array, "*batch 3"], local_rotations: Float[Array, "*batch J 4"]
) -> Float[Array, "*batch P 3"]:
    """Return where the figure's capsules start in poses, and then where they end."""
    figure = figure_of(skeleton)
    positions, world = world_from_local(skeleton, hips, local_rotations)
    joints = skeleton.indices(*(capsule.joint for capsule in figure)) * 2
    ends = np.array([c.start for c in figure] + [c.end for c in figure])
    return positions[..., joints, :] + rotations.rotate(world[..., joints, :], ends)
