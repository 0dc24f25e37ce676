"""What good motion is, in numbers; each works on any clip, real or generated.

Lengths are in leg lengths of the canonical skeleton. Measures compare generated with real motion
from the same code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy import signal, spatial

from motion import features, kinematics
from motion.clip import Clip, Pose
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

WINDOW_SECONDS = 4.0
"""Longest part of a clip that is classified at once; a shorter clip is classified as a whole."""

SHORTEST_SECONDS = 1.0
"""A clip below it is not classified."""

HOP_SECONDS = 2.0
FREEZE_SECONDS = 2.0
FREEZE_SHARE = 0.1
SKATE_HEIGHT = 0.06 * LEG_LENGTH
AUDIENCE_ANGLE = np.radians(60.0)
"""Angle from +Z, radians: within it a figure faces the audience."""

SPECTRUM_FRAMES = 32
"""Frames of a segment: frequencies are half the frame rate over 16 apart."""

NEIGHBOURS = 3

TOES = CANONICAL.indices("leftToes", "rightToes")


@dataclass(frozen=True, eq=False)
class Trace:
    """What is measured of one stretch of motion, by frame or by window of 4 s.

    Attributes:
        speed: Mean joint speed relative to the hips, leg lengths per second, (T,).
        pace: Mean speed of each window of 2 s, (P,).
        acceleration: Mean over joints, leg lengths per second squared, (T - 2,).
        jerk: Mean over joints, leg lengths per second cubed, (T - 3,).
        slide: Planar speed of toes that are near the floor, leg lengths per second, (N,).
        toe_changes: Changes of the toes' speed, leg lengths per second squared, (A, 2).
        kinetic: Kinetic features of each window, (W, K).
        spectrum: Power density of the jerk over frequency, mean over joints, (S,).
        distance: Distance of the hips from the centre of the stage, metres, (T,).
        to_audience: Share of frames that face the audience, in [0, 1].
        broken: Frames that are not finite; the pose before stands in for them.
    """

    speed: Float[Array, "T"]
    pace: Float[Array, "P"]
    acceleration: Float[Array, "A"]
    jerk: Float[Array, "D"]
    slide: Float[Array, "N"]
    toe_changes: Float[Array, "A 2"]
    kinetic: Float[Array, "W K"]
    spectrum: Float[Array, "S"]
    distance: Float[Array, "T"]
    to_audience: float
    broken: int

    @staticmethod
    def measure(clip: Clip) -> "Trace":
        """Measure a clip of at least 1 s."""
        clip, broken = mended(clip)
        positions = clip.world_positions() / LEG_LENGTH
        velocity, acceleration, jerk = (
            np.diff(positions, order, axis=0) * clip.fps**order for order in (1, 2, 3)
        )
        facing = kinematics.facing(positions)
        speed, step = features.joint_speed(clip) / LEG_LENGTH, round(FREEZE_SECONDS * clip.fps)
        return Trace(
            speed,
            speed[: len(speed) // step * step].reshape(-1, step).mean(1),
            np.linalg.norm(acceleration, axis=-1).mean(-1),
            np.linalg.norm(jerk, axis=-1).mean(-1),
            _slides(positions, velocity),
            np.diff(np.linalg.norm(velocity[:, TOES], axis=-1), axis=0) * clip.fps,
            np.stack([_kinetic(velocity[w], acceleration[w]) for w in windows(clip)]),
            _spectrum(jerk, clip.fps),
            np.hypot(clip.hips[:, 0], clip.hips[:, 2]),
            float(np.mean(np.cos(facing) > np.cos(AUDIENCE_ANGLE))),
            broken,
        )


def mended(clip: Clip) -> tuple[Clip, int]:
    """Return a clip with the pose before in place of each frame that is not finite, and how many.

    A clip that begins with such frames begins standing.
    """
    whole = np.isfinite(clip.hips).all(1) & np.isfinite(clip.rotations).all((1, 2))
    if whole.all():
        return clip, 0
    standing = Pose.standing()
    hips = np.concatenate([standing.hips[None], clip.hips])
    turned = np.concatenate([standing.rotations[None], clip.rotations])
    shown = np.maximum.accumulate(np.where(whole, np.arange(1, len(clip) + 1), 0))
    return replace(clip, hips=hips[shown], rotations=turned[shown]), int((~whole).sum())


def windows(clip: Clip, hop_seconds: float = HOP_SECONDS) -> list[slice]:
    """Return where a clip's windows of 4 s lie; a shorter clip is one window."""
    length, hop = round(WINDOW_SECONDS * clip.fps), round(hop_seconds * clip.fps)
    return [slice(at, at + length) for at in range(0, max(len(clip) - length, 0) + 1, hop)]


def speed(traces: Sequence[Trace]) -> float:
    """Return the mean joint speed relative to the hips, leg lengths per second."""
    return float(np.concatenate([trace.speed for trace in traces]).mean())


def freeze(traces: Sequence[Trace], real_speed: float) -> float:
    """Return the share of windows of 2 s that are slower than a tenth of the real mean speed."""
    pace = np.concatenate([trace.pace for trace in traces])
    return float(np.mean(pace < FREEZE_SHARE * real_speed)) if len(pace) else 0.0


def percentile(parts: Sequence[Float[Array, "T"]], q: float) -> float:
    """Return a percentile over the frames of all parts; q in [0, 100]."""
    return float(np.percentile(np.concatenate(parts), q))


def skate(traces: Sequence[Trace]) -> float:
    """Return the mean planar speed of toes that are near the floor, leg lengths per second.

    0 if no toe ever is.
    """
    slides = np.concatenate([trace.slide for trace in traces])
    return float(slides.mean()) if len(slides) else 0.0


def skewness(traces: Sequence[Trace]) -> float:
    """Return the skewness about 0 of the changes of the toes' speed.

    Below 0 where feet land, which stops them at once, harder than they leave.
    """
    changes = np.concatenate([trace.toe_changes.ravel() for trace in traces])
    spread = np.sqrt(np.square(changes).mean())
    return float(np.mean((changes / max(spread, 1e-9)) ** 3))


def frechet(a: "Gaussian", b: "Gaussian") -> float:
    """Return the Fréchet distance of two Gaussians, in the square of their unit.

    References:
        M. Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", arXiv:1706.08500.
    """
    root = _square_root(a.covariance)
    middle = np.linalg.eigvalsh(root @ b.covariance @ root)
    apart = np.square(a.mean - b.mean).sum() + np.trace(a.covariance + b.covariance)
    return float(max(apart - 2 * np.sqrt(np.maximum(middle, 0.0)).sum(), 0.0))


@dataclass(frozen=True, eq=False)
class Gaussian:
    """Mean (D,) and covariance (D, D) of a set of vectors."""

    mean: Float[Array, "D"]
    covariance: Float[Array, "D D"]

    @staticmethod
    def fit(groups: Sequence[Float[Array, "N D"]]) -> "Gaussian":
        """Fit to groups of vectors of which each counts as much as any other, however large."""
        values = np.concatenate(groups).astype(np.float64)
        weights = np.concatenate([np.full(len(g), 1.0 / len(g)) for g in groups if len(g)])
        covariance = np.cov(values, rowvar=False, aweights=weights, ddof=0)
        return Gaussian(np.average(values, axis=0, weights=weights), covariance)


def mean_distance(sets: Sequence[Float[Array, "N D"]]) -> float:
    """Return the mean Euclidean distance of vectors of different sets; nan for fewer than two.

    Of many sets each is held against three others, drawn once for all.
    """
    order = np.random.default_rng(0).permutation(len(sets))
    apart = [
        spatial.distance.cdist(sets[one], sets[other]).mean()
        for index, one in enumerate(order)
        for other in order[max(index - NEIGHBOURS, 0) : index]
    ]
    return float(np.mean(apart)) if apart else float("nan")


def frequencies(fps: float) -> Float[Array, "S"]:
    """Return the frequencies of `Trace.spectrum`, Hz."""
    return np.fft.rfftfreq(SPECTRUM_FRAMES, 1.0 / fps)


def _slides(positions: Array, velocity: Array) -> Array:
    planar = np.linalg.norm(velocity[:, TOES][..., [0, 2]], axis=-1)
    floor = CANONICAL.rest_positions[TOES, 1] + SKATE_HEIGHT
    return planar[positions[1:, TOES, 1] * LEG_LENGTH < floor]


def _kinetic(velocity: Array, acceleration: Array) -> Array:
    """Return for each joint the root mean squares of planar and vertical velocity, acceleration.

    References:
        K. Onuma, C. Faloutsos, J. Hodgins, "FMDistance: a fast and effective distance function for
        motion capture data", 2008; of whose energies these are the square roots.
    """
    planar = np.square(velocity[..., [0, 2]]).sum(-1).mean(0)
    vertical = np.square(velocity[..., 1]).mean(0)
    force = np.square(acceleration).sum(-1).mean(0)
    return np.sqrt(np.concatenate([planar, vertical, force]))


def _spectrum(jerk: Array, fps: float) -> Array:
    padded = np.pad(jerk, ((0, max(SPECTRUM_FRAMES - len(jerk), 0)), (0, 0), (0, 0)))
    _, power = signal.welch(padded, fps, nperseg=SPECTRUM_FRAMES, axis=0)
    return power.sum(-1).mean(-1)


def _square_root(covariance: Array) -> Array:
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
