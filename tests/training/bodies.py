"""Figures that move in known ways: the fakes of dance and posture."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL

FPS = 30.0


def standing(seconds: float) -> Clip:
    return Clip.from_poses([Pose.standing()] * round(FPS * seconds), FPS)


def turned(clip: Clip, joint: str, axis: str, degrees: np.ndarray | float) -> Clip:
    """Turn a joint about an axis of its own in every frame."""
    changed, index = clip.rotations.copy(), CANONICAL.index(joint)
    angles = np.broadcast_to(degrees, len(clip))
    turns = Rotation.from_euler(axis, angles[:, None], degrees=True).as_quat()
    changed[:, index] = rotations.multiply(changed[:, index], turns)
    return replace(clip, rotations=changed)


def times(clip: Clip) -> np.ndarray:
    return np.arange(len(clip)) / clip.fps


def walking(seconds: float, pace: float = 1.2) -> Clip:
    """Walk ahead, arms at the sides; the hips bob with the steps."""
    clip = standing(seconds)
    t = times(clip)
    phase = 2 * np.pi * 0.9 * t
    for side, sign in (("left", 1.0), ("right", -1.0)):
        swing = sign * 25 * np.sin(phase)
        clip = turned(clip, f"{side}UpperLeg", "x", -swing)
        clip = turned(clip, f"{side}LowerLeg", "x", 30 * np.clip(sign * np.cos(phase), 0, 1))
        clip = turned(clip, f"{side}UpperArm", "y", swing / 2)
    way = np.stack([0 * t, 0.01 * np.sin(2 * phase), pace * t], axis=1)
    return replace(clip, hips=clip.hips + way)


def spinning(seconds: float) -> Clip:
    """Spin and bob on the spot, arms up: much turning, hands and height, and no dance."""
    clip = standing(seconds)
    t = times(clip)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        clip = turned(clip, f"{side}UpperArm", "z", sign * 150)
    clip = turned(clip, "hips", "y", np.degrees(1.4 * t))
    bob = 0.12 * np.sin(2 * np.pi * t)
    return replace(clip, hips=clip.hips + bob[:, None] * [0.0, 1.0, 0.0])
