"""Rigs that are no canonical humanoid, and motion on them, as BVH made in code."""

from collections.abc import Mapping

import numpy as np

from motion import rotations
from motion.clip import Clip
from motion.formats.bvh import to_bvh
from motion.rotations import about_y
from motion.skeleton import Skeleton
from tests.motion.foreign_rigs import MIXAMO, Rig, write_rig
from tests.motion.strategies import swaying

Bones = Mapping[str, tuple[str, tuple[float, float, float]]]

PUPPET: Bones = {
    "body": ("", (0.0, 0.4, 0.0)),
    "armL": ("body", (0.1, 0.1, 0.0)),
    "armL_end": ("armL", (0.2, 0.0, 0.0)),
    "armR": ("body", (-0.1, 0.1, 0.0)),
    "armR_end": ("armR", (-0.2, 0.0, 0.0)),
    "head": ("body", (0.0, 0.2, 0.0)),
    "head_end": ("head", (0.0, 0.1, 0.0)),
    "tail": ("body", (0.0, -0.1, -0.1)),
    "tail_end": ("tail", (0.0, -0.3, 0.0)),
}

QUADRUPED: Bones = {
    "pelvis": ("", (0.0, 0.6, 0.0)),
    **{
        f"{part}{side}{end}": (above.format(side=side), offset)
        for side, x in (("L", 0.15), ("R", -0.15))
        for part, end, above, offset in (
            ("hindLeg", "", "pelvis", (x, 0.0, 0.0)),
            ("hindShin", "", "hindLeg{side}", (0.0, -0.3, 0.0)),
            ("hindShin", "_end", "hindShin{side}", (0.0, -0.3, 0.0)),
        )
    },
    "spine": ("pelvis", (0.0, 0.0, 0.4)),
    "chest": ("spine", (0.0, 0.0, 0.4)),
    **{
        f"{part}{side}{end}": (above.format(side=side), offset)
        for side, x in (("L", 0.15), ("R", -0.15))
        for part, end, above, offset in (
            ("foreLeg", "", "chest", (x, 0.0, 0.0)),
            ("foreShin", "", "foreLeg{side}", (0.0, -0.3, 0.0)),
            ("foreShin", "_end", "foreShin{side}", (0.0, -0.3, 0.0)),
        )
    },
    "neck": ("chest", (0.0, 0.1, 0.1)),
    "neck_end": ("neck", (0.0, 0.3, 0.2)),
}


def skeleton_of(bones: Bones) -> Skeleton:
    joints = tuple(bones)
    parents = tuple(joints.index(above) if above else -1 for above, _ in bones.values())
    ends = tuple(i for i, joint in enumerate(joints) if joint.endswith("_end"))
    offsets = np.array([offset for _, offset in bones.values()])
    return Skeleton(joints, parents, offsets, ends)


def moving(bones: Bones, frames: int = 90, seed: int = 0, fps: float = 30.0) -> Clip:
    """Every joint sways by itself while the first one walks along a curve; feet stay low."""
    skeleton, rng = skeleton_of(bones), np.random.default_rng(seed)
    t = np.arange(frames)[:, None, None] / fps
    shape = (1, len(skeleton.joints), 3)
    swing = np.sin(2 * np.pi * rng.uniform(0.3, 1.0, shape) * t + rng.uniform(0, 6, shape))
    turned = rotations.normalise(np.concatenate([0.1 * swing, np.ones((*swing.shape[:2], 1))], -1))
    turned[:, [0, *skeleton.ends]] = rotations.IDENTITY
    heading = 0.5 * t[:, 0, 0]
    turned[:, 0] = rotations.multiply(about_y(heading), turned[:, 0])
    height = float(skeleton.rest_offsets[0, 1])
    hips = np.stack([0.2 * np.sin(heading), height + 0 * heading, 0.2 * heading], axis=-1)
    return Clip("", fps, hips, turned, skeleton=skeleton)


def humanoid(frames: int = 90, seed: int = 0) -> str:
    clip = swaying(frames + 10 * seed)[10 * seed :]
    return write_rig(clip, Rig(MIXAMO))


def puppet(frames: int = 90, seed: int = 0) -> str:
    return to_bvh(moving(PUPPET, frames, seed))


def quadruped(frames: int = 90, seed: int = 0) -> str:
    return to_bvh(moving(QUADRUPED, frames, seed))


RIGS = {"puppet": puppet, "quadruped": quadruped, "humanoid": humanoid}
