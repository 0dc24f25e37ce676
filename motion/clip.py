"""Poses and clips: of the canonical skeleton, or of one of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Float, Int

from motion import kinematics, rotations
from motion.errors import MotionFileError
from motion.skeleton import CANONICAL, Skeleton

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Pose:
    """All joints at one time.

    Attributes:
        hips: World position of the hips, metres, (3,).
        rotations: Local unit quaternions, (J, 4).
    """

    hips: Float[Array, "3"]
    rotations: Float[Array, "J 4"]

    @staticmethod
    def rest() -> "Pose":
        """Return the T-pose, standing at the origin."""
        joints = len(CANONICAL.joints)
        return Pose(CANONICAL.rest_offsets[0].copy(), np.tile(rotations.IDENTITY, (joints, 1)))

    @staticmethod
    def standing() -> "Pose":
        """Return a figure that stands at the origin with its arms at its sides."""
        rest = Pose.rest()
        for side, sign in (("left", -1.0), ("right", 1.0)):
            arm = CANONICAL.index(f"{side}UpperArm")
            rest.rotations[arm] = rotations.from_euler("Z", np.array([sign * 1.3]))
        return rest


@dataclass(frozen=True, eq=False)
class Clip:
    """A stretch of poses at a constant rate.

    Attributes:
        name: Where it comes from; unique in a corpus.
        fps: Frames per second.
        hips: World positions of the hips, metres, (T, 3).
        rotations: Local unit quaternions, (T, J, 4).
        labels: What is known of it, such as `style`, `content`, `dataset`.
        skeleton: The skeleton whose joints turn; its first joint stands for the hips.
    """

    name: str
    fps: float
    hips: Float[Array, "T 3"]
    rotations: Float[Array, "T J 4"]
    labels: dict[str, str] = field(default_factory=dict)
    skeleton: Skeleton = CANONICAL

    def __len__(self) -> int:
        return len(self.hips)

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return len(self) / self.fps

    def __getitem__(self, frames: slice | Int[Array, "F"]) -> "Clip":
        return replace(self, hips=self.hips[frames], rotations=self.rotations[frames])

    def pose(self, frame: int) -> Pose:
        """Return the pose of one frame."""
        return Pose(self.hips[frame], self.rotations[frame])

    @staticmethod
    def from_poses(poses: list[Pose], fps: float, name: str = "") -> "Clip":
        """Return the clip of a sequence of poses."""
        hips = np.stack([pose.hips for pose in poses])
        return Clip(name, fps, hips, np.stack([pose.rotations for pose in poses]))

    @staticmethod
    def from_times(
        poses: list[Pose],
        times: Float[Array, "N"],
        at: Float[Array, "T"],
        fps: float,
        name: str = "",
    ) -> "Clip":
        """Return the clip of poses at uneven times, taken at others.

        Positions are interpolated linearly, rotations spherically; the first and the last pose
        stand for what lies beyond them.

        Args:
            poses: At least one.
            times: Times of the poses, seconds, growing.
            at: Times of the clip's frames, seconds.
            fps: Rate of the clip, frames per second.
            name: Name of the clip.
        """
        clip = Clip.from_poses(poses, fps, name)
        after = np.clip(np.searchsorted(times, at), min(1, len(times) - 1), len(times) - 1)
        before = np.maximum(after - 1, 0)
        part = np.clip((at - times[before]) / np.maximum(times[after] - times[before], 1e-9), 0, 1)
        hips = clip.hips[before] + part[:, None] * (clip.hips[after] - clip.hips[before])
        turned = rotations.slerp(clip.rotations[before], clip.rotations[after], part[:, None])
        return replace(clip, hips=hips, rotations=turned)

    def world_positions(self) -> Float[Array, "T J 3"]:
        """Return the world positions of all joints, metres."""
        return kinematics.world_positions(self.skeleton, self.hips, self.rotations)

    def resampled(self, fps: float) -> "Clip":
        """Return the same motion at another rate: positions linear, rotations spherical."""
        if fps == self.fps or len(self) < 2:
            return replace(self, fps=fps)
        duration = (len(self) - 1) / self.fps
        at = np.arange(int(duration * fps + 1e-6) + 1) / fps * self.fps
        before = np.minimum(at.astype(int), len(self) - 2)
        part = at - before
        hips = self.hips[before] + part[:, None] * (self.hips[before + 1] - self.hips[before])
        turned = rotations.slerp(self.rotations[before], self.rotations[before + 1], part[:, None])
        return replace(self, fps=fps, hips=hips, rotations=turned)

    def mirrored(self) -> "Clip":
        """Return the motion seen in a mirror: left and right swap, x flips.

        The skeleton has two sides, as `Skeleton.mirror` tells.
        """
        flip = np.array([1.0, -1.0, -1.0, 1.0])
        turned = self.rotations[:, self.skeleton.mirror] * flip
        return replace(self, hips=self.hips * [-1.0, 1.0, 1.0], rotations=turned)

    def save(self, path: Path) -> None:
        """Write the clip as an npz with float32 arrays; joints are named in it.

        A skeleton that is not the canonical one is in it as JSON.
        """
        own: dict[str, Any] = {}
        if self.skeleton is not CANONICAL:
            own["skeleton"] = json.dumps(self.skeleton.to_dict())
        np.savez_compressed(
            path,
            name=self.name,
            fps=self.fps,
            joints=np.array(self.skeleton.joints),
            hips=self.hips.astype(np.float32),
            rotations=self.rotations.astype(np.float32),
            labels=np.array(list(self.labels.items()), dtype=str).reshape(-1, 2),
            **own,
        )

    @staticmethod
    def load(path: Path) -> "Clip":
        """Read a clip that `save` wrote.

        Raises:
            MotionFileError: If the file is absent or damaged, or poses and skeleton differ.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                return Clip.from_arrays(data)
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            raise MotionFileError(f"{path}: expected a clip (.npz), got {error}") from error
        except MotionFileError as error:
            raise MotionFileError(f"{path}: {error}") from error

    @staticmethod
    def from_arrays(data: Mapping[str, Array]) -> "Clip":
        """Return a clip from the arrays that `save` wrote.

        Raises:
            KeyError, ValueError: If one lacks, or is another.
            MotionFileError: If poses and skeleton differ.
        """
        own = json.loads(str(data["skeleton"])) if "skeleton" in data else None
        clip = Clip(
            str(data["name"]),
            float(data["fps"]),
            data["hips"].astype(np.float64),
            data["rotations"].astype(np.float64),
            dict(data["labels"].tolist()),
            Skeleton.from_dict(own) if own else CANONICAL,
        )
        expected = (len(clip.hips), len(clip.skeleton.joints), 4)
        if clip.rotations.shape != expected:
            raise MotionFileError(
                f"expected rotations of shape {expected}, got {clip.rotations.shape}"
            )
        return clip
