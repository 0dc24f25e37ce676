"""Motions in a plane whose laws are known: what a model must learn before it is worth its hours.

Each motion has a skeleton of its own and two labels, under which its law has other constants. A
clip shows the law from a random phase on, with a little noise that nobody can foretell, so that
there is a floor: what is left when the law is known.

`pendulums`: three rods of different lengths on a beam, each swinging by itself as gravity has it.
`lissajous`: a point that draws a figure; the label tells which.
`walker`: two legs with knees; it goes as fast as the foot that stands lets it.

References:
    M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 1964, 16 and 17 (the
    pendulum's elliptic functions).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import ellipj, ellipk

from motion import rotations
from motion.clip import Clip
from motion.skeleton import Skeleton
from training.corpus.corpus import FPS
from training.corpus.texts import TEXT

Array = np.ndarray

GRAVITY = 9.81

NOISE = 0.002
"""Standard deviation of what nobody can foretell, in each angle in radians and place in metres:
about that of good motion capture."""

Law = Callable[[str, Array, np.random.Generator], tuple[Array, Array]]


@dataclass(frozen=True, eq=False)
class SyntheticMotion:
    """A law of motion in the plane.

    Attributes:
        name: What moves.
        labels: Under each of them the law has other constants.
        skeleton: What moves, as joints.
        law: Places of the first joint (T, 2) and angles of the joints that turn (T, A) for a
            label, times and phases drawn from a generator.
        axis: About which all joints turn.
        across: The plane's other axis: the path of the first joint runs along it and up.
        travels: Whether the first joint goes along that axis for good.
    """

    name: str
    labels: tuple[str, str]
    skeleton: Skeleton
    law: Law
    axis: Float[Array, "3"]
    across: Float[Array, "3"]
    travels: bool = False

    def clip(self, label: str, seconds: float, seed: int, noise: float = NOISE) -> Clip:
        """Return the law from a random phase on; a seed has one phase, whatever the noise."""
        rng = np.random.default_rng(seed)
        places, angles = self.law(label, np.arange(round(seconds * FPS)) / FPS, rng)
        places = places + noise * rng.standard_normal(places.shape)
        angles = angles + noise * rng.standard_normal(angles.shape)
        turned = np.tile(rotations.IDENTITY, (len(places), len(self.skeleton.joints), 1))
        turning = self.skeleton.turning[1:]
        turned[:, turning, :3] = np.sin(angles / 2)[..., None] * self.axis
        turned[:, turning, 3] = np.cos(angles / 2)
        hips = places[:, :1] * self.across + places[:, 1:] * [0.0, 1.0, 0.0]
        labels = {"dataset": self.name, "emotion": label, "group": f"{label}{seed}", TEXT: label}
        return Clip(f"{self.name}/{label}{seed}", FPS, hips, turned, labels, self.skeleton)

    def signals(self, clip: Clip) -> Float[Array, "T S"]:
        """Return what oscillates in a clip: the joints' angles, or the place where none turns."""
        turning = self.skeleton.turning[1:]
        if turning:
            about = clip.rotations[:, turning, :3] @ self.axis
            return np.unwrap(2.0 * np.arctan2(about, clip.rotations[:, turning, 3]), axis=0)
        return np.stack([clip.hips @ self.across, clip.hips[:, 1]], axis=1)

    def oscillation(self, clip: Clip) -> tuple[Float[Array, "S"], Float[Array, "A"]]:
        """Return frequencies in Hz, and amplitudes: with them the speed of what travels.

        Args:
            clip: A clip of several cycles.
        """
        signals = self.signals(clip)
        signals = signals - signals.mean(axis=0)
        window = np.hanning(len(signals))[:, None]
        spectrum = np.abs(np.fft.rfft(signals * window, 16 * len(signals), axis=0))
        frequencies = spectrum.argmax(axis=0) * clip.fps / (16 * len(signals))
        amplitudes = np.sqrt(2.0) * signals.std(axis=0)
        if self.travels:
            speed = (clip.hips[-1] - clip.hips[0]) @ self.across / clip.seconds
            amplitudes = np.append(amplitudes, speed)
        return frequencies, amplitudes


def _pendulums(label: str, t: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    k = np.sin(SWINGS[label] / 2)
    rate = np.sqrt(GRAVITY / np.array(LENGTHS))
    phase = rng.uniform(0.0, 4.0 * ellipk(k**2), len(LENGTHS))
    angles = 2.0 * np.arcsin(k * ellipj(rate * t[:, None] + phase, k**2)[0])
    return np.tile([0.0, 1.5], (len(t), 1)), angles


def _lissajous(label: str, t: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    along, up = FIGURES[label]
    t = t + rng.uniform(0.0, 10.0)
    x, y = 0.4 * np.sin(2 * np.pi * along * t + 0.5), 0.3 * np.sin(2 * np.pi * up * t)
    return np.stack([x, 1.0 + y], axis=1), np.empty((len(t), 0))


def _walker(label: str, t: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The thigh swings by a sine; the knee bends while the leg comes forward.

    The foot of the leg that goes back stands: each step carries the hips by all that the legs span.
    """
    (rate, swing), leg = GAITS[label], THIGH + SHIN
    phase = 2.0 * np.pi * rate * t + rng.uniform(0.0, 2.0 * np.pi)
    thighs = -swing * np.sin(np.stack([phase, phase + np.pi], axis=1))
    knees = 1.5 * swing * np.clip(np.cos(np.stack([phase, phase + np.pi], axis=1)), 0.0, None)
    steps = np.floor(phase / np.pi - 0.5)
    standing = swing * np.sin(phase) * np.where(steps % 2, -1.0, 1.0)
    along = leg * (np.sin(swing) * (2.0 * steps + 1.0) - np.sin(standing))
    angles = np.stack([thighs[:, 0], knees[:, 0], thighs[:, 1], knees[:, 1]], axis=1)
    return np.stack([along - along[0], leg * np.cos(standing)], axis=1), angles


LENGTHS = (0.4, 0.7, 1.0)
SWINGS: Mapping[str, float] = {"small": 0.3, "large": 0.8}
FIGURES: Mapping[str, tuple[float, float]] = {"eight": (0.4, 0.8), "knot": (0.6, 0.4)}
GAITS: Mapping[str, tuple[float, float]] = {"stroll": (0.7, 0.3), "march": (1.1, 0.5)}
THIGH, SHIN = 0.4, 0.4


def _tree(bones: Mapping[str, tuple[str, tuple[float, float, float]]]) -> Skeleton:
    joints = tuple(bones)
    parents = tuple(joints.index(above) if above else -1 for above, _ in bones.values())
    ends = tuple(i for i, joint in enumerate(joints) if joint.startswith("end"))
    offsets = np.array([offset for _, offset in bones.values()])
    return Skeleton(joints, parents, offsets, ends)


def _rods() -> Skeleton:
    bones = {"beam": ("", (0.0, 1.5, 0.0))}
    for i, length in enumerate(LENGTHS):
        bones[f"rod{i}"] = ("beam", (0.3 * i, 0.0, 0.0))
        bones[f"end{i}"] = (f"rod{i}", (0.0, -length, 0.0))
    return _tree(bones)


def _legs() -> Skeleton:
    bones = {"hips": ("", (0.0, THIGH + SHIN, 0.0))}
    for side, x in (("Left", 0.1), ("Right", -0.11)):  # unlike, so that nothing is mirrored
        bones[f"thigh{side}"] = ("hips", (x, 0.0, 0.0))
        bones[f"shin{side}"] = (f"thigh{side}", (0.0, -THIGH, 0.0))
        bones[f"end{side}"] = (f"shin{side}", (0.0, -SHIN, 0.0))
    return _tree(bones)


X, Z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])

SYNTHETIC_MOTIONS = (
    SyntheticMotion("pendulums", ("small", "large"), _rods(), _pendulums, Z, X),
    SyntheticMotion(
        "lissajous", ("eight", "knot"), _tree({"point": ("", (0, 1, 0))}), _lissajous, Z, X
    ),
    SyntheticMotion("walker", ("stroll", "march"), _legs(), _walker, X, Z, travels=True),
)
