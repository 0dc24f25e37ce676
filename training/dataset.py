"""Endless windows of motion, stitched from clips, with the conditions of every token.

Clips begin and end in standing, and nothing in them ever leaves it; a model that learns from whole
clips learns to stop. So idle heads and tails are cut, and a window goes from clip to clip through
short blends, chosen where the poses are alike, often into another emotion. No sequence ends, and
every emotion follows every other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from motion import features
from motion.clip import Clip
from motion.errors import MotionFileError

Array = np.ndarray

FPS = 30.0

BLEND_FRAMES = 12
"""Length of the blend from one clip into the next, 0.4 s: about one step."""

SEGMENT_SECONDS = (2.0, 8.0)
CANDIDATES = 64
KEEP_LABEL = 0.4
DROP_EMOTION = 0.15
DROP_ENERGY = 0.15


class Window(NamedTuple):
    """One training sequence.

    Attributes:
        frames: Raw features, two frames and then the tokens', (2 + S * K, F).
        emotion: One-hot label of each token, zero where dropped, (S, L).
        energy: Mean joint speed of the second after each token's start, m/s; 0 where dropped,
            (S, 1).
    """

    frames: Tensor
    emotion: Tensor
    energy: Tensor


@dataclass(frozen=True, eq=False)
class Pool:
    """All clips of one label, end to end.

    Attributes:
        frames: Raw features, (T, F).
        speed: Mean joint speed, m/s, (T,).
        ends: For each frame the index one past the last of its clip, (T,).
    """

    frames: Float[Array, "T F"]
    speed: Float[Array, "T"]
    ends: Int[Array, "T"]

    @staticmethod
    def of(clips: list[Clip]) -> "Pool":
        """Return the pool of clips and their mirror images."""
        parts = [active(clip) for clip in clips]
        parts = [part for clip in parts for part in (clip, clip.mirrored())]
        ends = np.cumsum([len(part) for part in parts])
        return Pool(
            np.concatenate([features.from_clip(part) for part in parts]),
            np.concatenate([features.joint_speed(part) for part in parts]),
            np.repeat(ends, [len(part) for part in parts]),
        )

    @property
    def minutes(self) -> float:
        """Duration in minutes, mirror images included."""
        return len(self.frames) / FPS / 60


def active(clip: Clip) -> Clip:
    """Return a clip without its idle head and tail.

    Idle is slower, over half a second, than a third of the clip's mean joint speed.
    """
    speed = features.joint_speed(clip)
    span = min(int(FPS / 2), len(speed))
    smooth = np.convolve(speed, np.full(span, 1.0 / span), mode="same")
    moving = np.flatnonzero(smooth >= speed.mean() / 3)
    return clip[int(moving[0]) : int(moving[-1]) + 1] if len(moving) > span else clip


class StitchedWindows(IterableDataset[Window]):
    """Endless random windows over pools of clips, one pool a label."""

    def __init__(
        self,
        pools: list[Pool],
        shares: Float[Array, "L"],
        *,
        tokens: int,
        frames_per_token: int,
        seed: int,
        feature_scale: Float[Array, "F"],
    ) -> None:
        """Set up the windows.

        Args:
            pools: One for each label, in the labels' order.
            shares: How often each label is drawn, summing to 1.
            tokens: Tokens in a window.
            frames_per_token: Frames in a token.
            seed: Of all random choices; workers derive theirs from it.
            feature_scale: Divides features where poses are compared.
        """
        shortest = int(FPS * SEGMENT_SECONDS[0])
        for label, pool in enumerate(pools):
            if len(pool.frames) < shortest:
                raise MotionFileError(
                    f"label {label}: expected at least {shortest} frames, got {len(pool.frames)}"
                )
        self.pools, self.shares = pools, shares
        self.tokens, self.frames_per_token = tokens, frames_per_token
        self.seed, self.feature_scale = seed, feature_scale

    def __iter__(self) -> Iterator[Window]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            yield self.window(rng)

    def window(self, rng: np.random.Generator) -> Window:
        """Return one window drawn with a generator."""
        ahead = int(FPS)
        needed = 2 + self.tokens * self.frames_per_token
        frames, speed, emotion, energy_known = self._stitch(needed + ahead, rng)
        first = 2 + np.arange(self.tokens) * self.frames_per_token
        total = np.concatenate([[0.0], np.cumsum(speed)])
        energy = (total[first + ahead] - total[first]) / ahead * energy_known[first]
        return Window(
            torch.from_numpy(frames[:needed]),
            torch.from_numpy(emotion[first + self.frames_per_token - 1]),
            torch.from_numpy(energy[:, None].astype(np.float32)),
        )

    def _stitch(self, length: int, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
        """Return features, joint speed, one-hot labels and whether energy is known, per frame."""
        labels = len(self.pools)
        frames = np.empty((length, features.WIDTH), np.float32)
        speed, known = np.empty(length, np.float32), np.empty(length, np.float32)
        emotion = np.zeros((length, labels), np.float32)
        at, label = 0, int(rng.choice(labels, p=self.shares))
        while at < length:
            if at and rng.random() > KEEP_LABEL:
                label = int(rng.choice(labels, p=self.shares))
            start, stop = self._segment(label, frames[at - 1] if at else None, rng)
            stop = min(stop, start + length - at)
            here = slice(at, at + stop - start)
            frames[here] = self.pools[label].frames[start:stop]
            speed[here] = self.pools[label].speed[start:stop]
            emotion[here, label] = rng.random() > DROP_EMOTION
            known[here] = rng.random() > DROP_ENERGY
            if at:
                blend(frames, at)
            at = here.stop
        return frames, speed, emotion, known

    def _segment(self, label: int, last: Array | None, rng: np.random.Generator) -> tuple[int, int]:
        """Return start and stop in a pool: random, or like the pose to go on from."""
        pool = self.pools[label]
        candidates = rng.integers(0, len(pool.frames), CANDIDATES)
        room = pool.ends[candidates] - candidates
        candidates = candidates[room >= min(int(FPS * SEGMENT_SECONDS[0]), room.max())]
        start = int(candidates[0])
        if last is not None:
            apart = (pool.frames[candidates] - last) / self.feature_scale
            start = int(candidates[np.square(apart).sum(-1).argmin()])
        seconds = rng.uniform(*SEGMENT_SECONDS)
        return start, min(int(pool.ends[start]), start + int(seconds * FPS))


def blend(frames: Float[Array, "T F"], seam: int) -> None:
    """Let the jump between frames `seam - 1` and `seam` fade out over the frames after it.

    In place. The fade is the cubic smooth step, so that speed has no jump either.
    """
    stop = min(seam + BLEND_FRAMES, len(frames))
    t = np.arange(1, stop - seam + 1) / (BLEND_FRAMES + 1)
    fade = 1 - t * t * (3 - 2 * t)
    jump = frames[seam - 1] - frames[seam]
    frames[seam:stop] += (fade[:, None] * jump).astype(frames.dtype)
