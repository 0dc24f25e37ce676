"""How much of what a partner heard is in what it does next, beside figures that heard nothing.

Distances are means over joints in the facing frame, leg lengths. Two fakes keep the measure honest:
a last pose that is held is near but does not move, and a phrase replayed is near but is a replay.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from motion import features, kinematics, rotations
from motion.clip import Clip, Pose
from motion.errors import BhavaError
from motion.skeleton import LEG_LENGTH

Array = np.ndarray

HEARD_SECONDS = 4.0
"""Of the performer before a take-up, which what follows is compared with."""

REPLY_SECONDS = 2.0
"""Of the partner after it."""

SAME = 0.02
"""Leg lengths within which two poses are the same."""

REPLAY_SECONDS = 1.0
"""Of the same poses in the same order, from which it is a replay."""

PACE_RANGE = (0.7, 1.3)
"""Of the phrase's speed within which a motion is as lively."""


@dataclass(frozen=True, eq=False)
class TakeUp:
    """What was heard and what came of it.

    Attributes:
        name: Name of the pair.
        heard: The performer's last seconds before.
        going_on: What the performer did then.
        reply: What the partner did then.
    """

    name: str
    heard: Clip
    going_on: Clip
    reply: Clip


@dataclass(frozen=True)
class Likeness:
    """How like a motion is to what was heard.

    Attributes:
        distance: To the nearest poses, mean.
        warped: Along the nearest path through what was heard that never runs backwards.
        stranger: Distance to what was heard in the other pairs, mean.
        pace: Speed, of that of what was heard.
        replay: Seconds of the longest replay of it.
    """

    distance: float
    warped: float
    stranger: float
    pace: float
    replay: float

    @property
    def caught(self) -> bool:
        """Whether it is a fake: hardly moves, or replays what was heard."""
        return self.pace < PACE_RANGE[0] or self.replay > REPLAY_SECONDS


def read_take_ups(folder: Path) -> list[TakeUp]:
    """Return the last take-up of each pair in a folder.

    Args:
        folder: With files NAME.partner.npz and NAME.performer.npz that `bhava partner` wrote.

    Raises:
        BhavaError: If there are not two pairs, or one has no take-up amid its motion.
    """
    found = sorted(folder.glob("*.partner.npz"))
    if len(found) < 2:
        raise BhavaError(f"{folder}: expected two or more NAME.partner.npz, got {len(found)}")
    return [_read(path) for path in found]


def _read(path: Path) -> TakeUp:
    name = path.name.removesuffix(".partner.npz")
    partner = Clip.load(path)
    performer = Clip.load(path.with_name(f"{name}.performer.npz"))
    times = [float(time) for time in partner.labels.get("taken_up", "").split()]
    before, after = (round(s * partner.fps) for s in (HEARD_SECONDS, REPLY_SECONDS))
    usual = [
        t for t in (round(s * partner.fps) for s in times) if before <= t < len(partner) - after
    ]
    if not usual:
        raise BhavaError(
            f"{path}: expected a take-up {HEARD_SECONDS:g} s after the start and "
            f"{REPLY_SECONDS:g} s before the end, got {times}"
        )
    at = usual[-1]
    heard, then = performer[at - before : at], slice(at, at + after)
    return TakeUp(name, heard, performer[then], partner[then])


def measure(take_ups: Sequence[TakeUp]) -> dict[str, list[Likeness]]:
    """Return how like what was heard is what partners, performers, others and fakes did then."""
    count = round(REPLY_SECONDS * take_ups[0].heard.fps)
    danced = {
        "partner": [one.reply for one in take_ups],
        "the performer": [one.going_on for one in take_ups],
        "a stranger": [other.heard[-count:] for other in (*take_ups[1:], take_ups[0])],
        "standing": [_still(Pose.standing(), one.heard, count) for one in take_ups],
        "fake: last pose held": [_still(one.heard.pose(-1), one.heard, count) for one in take_ups],
        "fake: phrase replayed": [one.heard[-count:] for one in take_ups],
    }
    return {
        who: [
            likeness(clip, one.heard, [other.heard for other in take_ups if other is not one])
            for clip, one in zip(clips, take_ups, strict=True)
        ]
        for who, clips in danced.items()
    }


def likeness(clip: Clip, heard: Clip, strangers: Sequence[Clip]) -> Likeness:
    """Return how like a motion is to what was heard."""
    apart = distances(clip, heard)
    return Likeness(
        float(apart.min(1).mean()),
        _warped(apart),
        float(np.mean([distances(clip, other).min(1).mean() for other in strangers])),
        _speed(clip) / max(_speed(heard), 1e-6),
        longest_replay(clip, heard),
    )


def correlations(take_ups: Sequence[TakeUp]) -> dict[str, float]:
    """Return how energy, level and tempo of replies go with those of what was heard."""
    of = {"energy": _speed, "level": _level, "tempo": _tempo}
    return {
        name: float(np.corrcoef([[f(t.heard), f(t.reply)] for t in take_ups], rowvar=False)[0, 1])
        for name, f in of.items()
    }


def distances(one: Clip, other: Clip) -> Float[Array, "T S"]:
    """Return the distance of each pair of poses."""
    a, b = _placed(one), _placed(other)
    apart: Array = np.linalg.norm(a[:, None] - b[None], axis=-1).mean(-1)
    return apart


def nearest(one: Clip, other: Clip) -> float:
    """Return the mean distance to the nearest pose of another motion."""
    return float(distances(one, other).min(1).mean())


def longest_replay(one: Clip, other: Clip) -> float:
    """Return the seconds of the longest stretch that another motion has frame by frame."""
    same = distances(one, other) < SAME
    runs, longest = np.zeros(same.shape[1] + 1, int), 0
    for row in same:
        runs[1:] = np.where(row, runs[:-1] + 1, 0)
        longest = max(longest, int(runs.max()))
    return longest / one.fps


def _placed(clip: Clip) -> Float[Array, "T J 3"]:
    positions = clip.world_positions()
    back = rotations.about_y(-kinematics.facing(positions))[:, None]
    return rotations.rotate(back, positions - clip.hips[:, None] * [1.0, 0.0, 1.0]) / LEG_LENGTH


def _warped(apart: Float[Array, "T S"]) -> float:
    """Return the mean distance along the cheapest path: it may begin and end anywhere in S.

    References:
        M. Müller, "Information Retrieval for Music and Motion", 2007: subsequence alignment.
    """
    cost = apart[0].copy()
    for row in apart[1:]:
        best = np.minimum(cost, np.concatenate([[np.inf], cost[:-1]]))
        best = np.minimum(best, np.concatenate([[np.inf, np.inf], cost[:-2]]))
        cost = best + row
    return float(cost.min() / len(apart))


def _still(pose: Pose, like: Clip, frames: int) -> Clip:
    hips = np.tile(pose.hips, (frames, 1))
    return replace(like, hips=hips, rotations=np.tile(pose.rotations, (frames, 1, 1)))


def _speed(clip: Clip) -> float:
    return float(features.joint_speed(clip).mean())


def _level(clip: Clip) -> float:
    return float(clip.hips[:, 1].mean())


def _tempo(clip: Clip) -> float:
    """Return how often speed rises and falls, per second: its spectral centroid up to 5 Hz."""
    speed = features.joint_speed(clip)
    power = np.abs(np.fft.rfft((speed - speed.mean()) * np.hanning(len(speed)), 256)) ** 2
    rate = np.fft.rfftfreq(256, 1.0 / clip.fps)
    low = rate < 5.0
    return float((power[low] * rate[low]).sum() / max(power[low].sum(), 1e-12))


def write_report(take_ups: Sequence[TakeUp], folder: Path) -> Path:
    """Write what was measured as JSON and Markdown into a folder; return the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    found, alike = measure(take_ups), correlations(take_ups)
    content = {
        "pairs": [one.name for one in take_ups],
        "likeness": {who: [asdict(one) for one in rows] for who, rows in found.items()},
        "correlation": alike,
    }
    (folder / "taking-up.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    path = folder / "taking-up.md"
    path.write_text(_to_markdown(found, alike), encoding="utf-8")
    return path


def _to_markdown(found: Mapping[str, Sequence[Likeness]], alike: Mapping[str, float]) -> str:
    standing = [one.distance for one in found["standing"]]
    rows = []
    for who, ones in found.items():
        numbers = np.mean([[o.distance, o.warped, o.stranger, o.pace, o.replay] for o in ones], 0)
        shares = [
            np.mean([one.distance < one.stranger for one in ones]),
            np.mean([one.distance < still for one, still in zip(ones, standing, strict=True)]),
            np.mean([one.caught for one in ones]),
        ]
        cells = [*(f"{x:.3f}" for x in numbers[:3]), *(f"{x:.2f}" for x in (*numbers[3:], *shares))]
        rows.append(f"| {who} | " + " | ".join(cells) + " |")
    return "\n".join(
        [
            f"# What is taken up, {len(standing)} pairs",
            "",
            "| who | distance | warped | to a stranger's | pace | replay, s | nearer than to a "
            "stranger's | nearer than standing | caught |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "Correlation with what was heard: "
            + ", ".join(f"{name} {value:.2f}" for name, value in alike.items()),
            "",
        ]
    )
