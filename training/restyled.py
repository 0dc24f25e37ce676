"""Real dance in every emotion: dance clips given the statistics of an emotion.

Acted motion capture shows the same actions in every emotion, but hardly any dance. What an emotion
does to those actions on the whole (where the joints rest, how far they go, how fast) is measured
against neutral and done to dance. Hips and legs keep their course, save for tempo, so that feet
stand where they stood.

References:
    Statistics of style instead of its details: M. Unuma, K. Anjyo and R. Takeuchi, "Fourier
    principles for emotion-based human figure animation", SIGGRAPH 1995; K. Amaya, A. Bruderlin and
    T. Calvert, "Emotion from motion", Graphics Interface 1996.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import features
from motion.clip import Clip
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from training.dataset import FPS, active

Array = np.ndarray

DATASET = "restyled"

NEUTRAL = "neutral"

_UPPER = CANONICAL.indices(
    *("spine", "chest", "neck", "head"),
    *(side + part for side in ("left", "right") for part in ("Shoulder", "UpperArm", "LowerArm")),
)
"""Joints that take on the emotion's posture and size."""

SIZE_RANGE = (0.6, 1.35)
"""Ratio of sizes at most: beyond it joints leave what a body can do."""

TEMPO_RANGE = (0.75, 1.25)
"""Ratio of tempi at most: what falls or leaps cannot be slowed at will."""

STRIDE = 5
"""Every so many frames are looked at for posture and size."""


@dataclass(frozen=True, eq=False)
class Style:
    """What an emotion does to an action, against neutral.

    Attributes:
        turn: From the neutral mean to the emotion's of each joint of the upper body, radians as
            rotation vectors, (U, 3).
        size: Ratio of the spread about the mean.
        tempo: Ratio of the speed that the size does not account for.
    """

    turn: Float[Array, "U 3"]
    size: float
    tempo: float


def styles(clips: Sequence[Clip]) -> dict[str, Style]:
    """Measure every emotion against neutral, on the actions that both play.

    Args:
        clips: With labels `emotion`, `dataset` and `content`.

    Returns:
        Styles by emotion, neutral left out.

    Raises:
        BhavaError: If an emotion has no action in common with neutral.
    """
    by_action: dict[str, dict[tuple[str, str], list[Clip]]] = defaultdict(lambda: defaultdict(list))
    for clip in clips:
        if "emotion" in clip.labels:
            action = (clip.labels["dataset"], clip.labels.get("content", ""))
            by_action[clip.labels["emotion"]][action].append(active(clip))
    neutral = by_action.pop(NEUTRAL, {})
    return {emotion: _style(emotion, neutral, actions) for emotion, actions in by_action.items()}


_Actions = dict[tuple[str, str], list[Clip]]


def _style(emotion: str, neutral: _Actions, acted: _Actions) -> Style:
    """Return the mean difference over actions, each counting alike."""
    shared = sorted(set(neutral) & set(acted))
    if not shared:
        raise BhavaError(f"{emotion}: expected an action that neutral plays too, got none")
    turns, sizes, speeds = [], [], []
    for action in shared:
        (mean, spread, speed), (other, wider, faster) = (
            _statistics(clips[action]) for clips in (neutral, acted)
        )
        turns.append((mean.inv() * other).as_rotvec())
        sizes.append(wider / spread)
        speeds.append(faster / speed)
    size, speed_ratio = float(np.median(sizes)), float(np.median(speeds))
    return Style(
        np.mean(turns, axis=0),
        float(np.clip(size, *SIZE_RANGE)),
        float(np.clip(speed_ratio / size, *TEMPO_RANGE)),
    )


def _statistics(clips: list[Clip]) -> tuple[Rotation, float, float]:
    """Return mean rotations, spread about them in radians, and mean joint speed.

    Mirror images count too: an emotion has no side.
    """
    both = [one for clip in clips for one in (clip, clip.mirrored())]
    turned = np.concatenate([clip.rotations[::STRIDE, _UPPER] for clip in both])
    mean = _mean(turned)
    spread = np.sqrt(np.square(_from(mean, turned)).sum(axis=-1).mean())
    speed = np.mean([features.joint_speed(clip).mean() for clip in clips])
    return mean, float(spread), float(speed)


def _mean(turned: Float[Array, "T U 4"]) -> Rotation:
    means = [Rotation.from_quat(turned[:, joint]).mean().as_quat() for joint in range(len(_UPPER))]
    return Rotation.from_quat(np.stack(means))


def _from(mean: Rotation, turned: Float[Array, "T U 4"]) -> Float[Array, "T U 3"]:
    """Return rotations as seen from the mean, as rotation vectors."""
    tiled = Rotation.from_quat(np.tile(mean.as_quat(), (len(turned), 1)))
    away = (tiled.inv() * Rotation.from_quat(turned.reshape(-1, 4))).as_rotvec()
    return away.reshape(len(turned), -1, 3)


def restyle(clip: Clip, style: Style) -> Clip:
    """Return a clip with a style's posture, size and tempo; its rate stays."""
    mean = _mean(clip.rotations[:, _UPPER])
    away = style.size * _from(mean, clip.rotations[:, _UPPER])
    posture = (mean * Rotation.from_rotvec(style.turn)).as_quat()
    tiled = Rotation.from_quat(np.tile(posture, (len(clip), 1)))
    turned = clip.rotations.copy()
    led = tiled * Rotation.from_rotvec(away.reshape(-1, 3))
    turned[:, _UPPER] = led.as_quat().reshape(len(clip), -1, 4)
    return replace(clip, rotations=turned, fps=clip.fps * style.tempo).resampled(FPS)


def restyled_clips(clips: Sequence[Clip]) -> list[Clip]:
    """Return every dance of a corpus in every emotion but neutral.

    Args:
        clips: Of a corpus, those whose `content` begins with "dance" are restyled; the others
            tell the styles. Hand over training clips alone: styles are learnt from them.

    Returns:
        Clips with the labels of their source, save `dataset` "restyled" and `emotion`; of the
        group of their source, so that a split keeps them together.
    """
    dances = [clip for clip in clips if clip.labels.get("content", "").startswith("dance")]
    acted = styles([clip for clip in clips if clip not in dances])
    return [
        replace(
            restyle(dance, style),
            name=f"{dance.name}_{emotion}",
            labels={**dance.labels, "dataset": DATASET, "emotion": emotion},
        )
        for dance in dances
        for emotion, style in sorted(acted.items())
    ]
