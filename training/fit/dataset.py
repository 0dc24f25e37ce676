"""Endless windows of motion, stitched from clips, with the conditions of every token.

Clips begin and end in standing, and nothing in them ever leaves it; a model that learns from whole
clips learns to stop. So idle heads and tails are cut, and a window goes from clip to clip through
short blends, chosen where the poses are alike, often into another emotion. No sequence ends, and
every emotion follows every other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from pydantic import BaseModel, Field
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from motion import features
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.features import Layout
from motion.model import observed_dancer as other
from training.corpus.texts import mirrored, texts_of
from training.corpus.trimming import moving

Array = np.ndarray

FPS = 30.0

BLEND_FRAMES = 12
"""Length of the blend from one clip into the next, 0.4 s: about one step."""

OTHER_LAG = 3
"""Frames by which the other dancer's newest is older than the own newest: a partner thinks about
as far ahead of what it shows."""

SEGMENT_SECONDS = (1.5, 6.0)
CANDIDATES = 32
KEEP_POOL = 0.25
FORGETFUL_TOKENS = (8, 40)
"""How long a stretch of like reach is, in tokens of `REACH_FRAMES`."""
SHORT_REACH = (1, 24)
"""How many such tokens are seen in one that forgets."""
REACH_FRAMES = 4

VARIANTS = 4
"""Texts of one clip, at most."""

NO_TEXT = 0
"""Number of the text that says nothing."""

Probability = Annotated[float, Field(ge=0, le=1)]


class Dropout(BaseModel, frozen=True, extra="forbid"):
    """How probably a window hides something, so that the model learns to do without.

    Attributes:
        labels: Of a segment: its emotion, and by themselves its other labels.
        contents: Of a segment: its content, which is hidden with the emotion or without it.
        energy: Of a segment.
        context: Of a stretch of tokens: all but the newest, so that labels say more than habit.
        text: Of a segment, where there is one.
        other: Of a segment: the other dancer.
    """

    labels: Probability = 0.12
    contents: Probability = 0.1
    energy: Probability = 0.15
    context: Probability = 0.5
    text: Probability = 0.15
    other: Probability = 0.1


class Window(NamedTuple):
    """One training sequence.

    Attributes:
        frames: Raw features, two frames and then the tokens', (2 + S * K, F).
        labels: Labels of each token, 1 where it has them, zero where dropped, (S, L).
        energy: Mean joint speed of the second after each token's start, m/s; 0 where dropped,
            (S, 1).
        reach: How many tokens each token sees, the last of them itself, (S,).
        text: Number of the text of each token; `NO_TEXT` where there is none or it was dropped,
            (S,).
        real: 1 where a token is of one clip alone, 0 where clips are blended, (S,).
        other: What is seen of another dancer with each token, as in `motion.other`, (S, K, W);
            (S, K, 0) for kinds that heed nobody.
    """

    frames: Tensor
    labels: Tensor
    energy: Tensor
    reach: Tensor
    text: Tensor
    real: Tensor
    other: Tensor


@dataclass(frozen=True, eq=False)
class Pool:
    """All clips with the same labels, end to end.

    Attributes:
        layout: Of the features.
        frames: Raw features, (T, F).
        speed: Mean joint speed, m/s, (T,).
        ends: For each frame the index one past the last of its clip, (T,).
        texts: For each frame the numbers of its clip's texts, (T, V).
        other: What is seen of another dancer, as in `motion.other`, (T, W); (T, 0) for kinds that
            heed nobody.
    """

    layout: Layout

    frames: Float[Array, "T F"]
    speed: Float[Array, "T"]
    ends: Int[Array, "T"]
    texts: Int[Array, "T V"]
    other: Float[Array, "T W"]

    @staticmethod
    def of(
        clips: Sequence[Clip],
        numbers: Mapping[str, int] | None = None,
        others: Mapping[str, Sequence[Clip]] | None = None,
    ) -> "Pool":
        """Return the pool of clips of one skeleton and, if it has sides, their mirror images.

        Args:
            clips: At least one. Each comes once with each of its others, and once if none are
                named.
            numbers: Of texts; those that are not among them go without.
            others: Who else dances, by the name of a clip; None for kinds that heed nobody.
        """
        layout, heeded = Layout(clips[0].skeleton), others or {}
        pairs, told = [], []
        for clip in clips:
            for dancer in heeded.get(clip.name, (None,)):
                sides = _sides(clip, dancer)
                pairs += sides
                told += _numbered(texts_of(clip.labels), numbers or {})[: len(sides)]
        parts = [part for part, _ in pairs]
        lengths = [len(part) for part in parts]
        return Pool(
            layout,
            np.concatenate([features.from_clip(part) for part in parts]),
            np.concatenate([features.joint_speed(part) for part in parts]),
            np.repeat(np.cumsum(lengths), lengths),
            np.repeat(told, lengths, axis=0),
            np.concatenate([_seen(*pair, heeds=others is not None) for pair in pairs]),
        )

    @staticmethod
    def empty(layout: Layout) -> "Pool":
        """Return the pool of no clip."""
        return Pool(
            layout,
            np.empty((0, layout.width), np.float32),
            np.empty(0),
            np.empty(0, int),
            np.empty((0, VARIANTS), int),
            np.empty((0, 0), np.float32),
        )

    @property
    def minutes(self) -> float:
        """Duration in minutes, mirror images included."""
        return len(self.frames) / FPS / 60


def _numbered(texts: list[str], numbers: Mapping[str, int]) -> list[Int[Array, "V"]]:
    """Return the numbers of a clip's texts and of its mirror image's."""
    sides = texts, [mirrored(text) for text in texts]
    known = [[numbers[text] for text in side if text in numbers] for side in sides]
    return [np.resize(side or [NO_TEXT], VARIANTS) for side in known]


def _sides(clip: Clip, dancer: Clip | None) -> list[tuple[Clip, Clip | None]]:
    """Return a clip where it moves, with who dances beside it, and the mirror image of both."""
    span = moving(clip)
    clip, dancer = clip[span], dancer and dancer[span]
    mirror = (clip.mirrored(), dancer and dancer.mirrored()) if clip.skeleton.mirror else None
    return [(clip, dancer), *([mirror] if mirror else [])]


def _seen(clip: Clip, dancer: Clip | None, *, heeds: bool) -> Float[Array, "T W"]:
    """Return what is seen of another dancer in a clip."""
    if dancer is None:
        return np.zeros((len(clip), other.WIDTH if heeds else 0), np.float32)
    return other.seen(features.from_clip(dancer), features.roots(dancer), features.roots(clip))


def active(clip: Clip) -> Clip:
    """Return a clip without its idle head and tail; see `moving`."""
    return clip[moving(clip)]


class StitchedWindows(IterableDataset[Window]):
    """Endless random windows over pools of clips."""

    def __init__(
        self,
        pools: list[Pool],
        labels: Float[Array, "P L"],
        shares: Float[Array, "P"],
        *,
        emotions: int,
        contents: int = 0,
        tokens: int,
        frames_per_token: int,
        seed: int,
        rank: int = 0,
        feature_scale: Float[Array, "F"],
        dropout: Dropout,
    ) -> None:
        """Set up the windows.

        Args:
            pools: One for each set of labels; empty only where the share is 0.
            labels: Of each pool, 1 where it has them.
            shares: How often each pool is drawn, summing to 1.
            emotions: How many labels are emotions; they come first, and are dropped apart from
                the others.
            contents: How many of those after them are contents, which are dropped apart as well.
            tokens: Tokens in a window.
            frames_per_token: Frames in a token.
            seed: Of all random choices; processes and their workers derive theirs from it.
            rank: Of the process among those that train together.
            feature_scale: Divides features where poses are compared.
            dropout: What windows hide.
        """
        shortest = int(FPS * SEGMENT_SECONDS[0])
        for number, pool in enumerate(pools):
            if shares[number] and len(pool.frames) < shortest:
                raise MotionFileError(
                    f"pool {number}: expected at least {shortest} frames, got {len(pool.frames)}"
                )
        self.pools, self.labels, self.shares = pools, labels.astype(np.float32), shares
        self.tokens, self.frames_per_token = tokens, frames_per_token
        self.seed, self.rank, self.feature_scale = seed, rank, feature_scale
        self.dropout = dropout
        self._width = max(pool.other.shape[1] for pool in pools)
        at = np.arange(labels.shape[1])
        self._contents = contents
        self._is_emotion = at < emotions
        self._is_content = ~self._is_emotion & (at < emotions + contents)
        self._speaks = any((pool.texts != NO_TEXT).any() for pool in pools)

    def __iter__(self) -> Iterator[Window]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, self.rank, worker.id if worker else 0])
        while True:
            yield self.window(rng)

    def window(self, rng: np.random.Generator) -> Window:
        """Return one window drawn with a generator."""
        ahead = int(FPS)
        needed = 2 + self.tokens * self.frames_per_token
        stitched = self._stitch(needed + ahead, rng)
        frames, speed, labels, energy_known, texts, blended, seen = stitched
        first = 2 + np.arange(self.tokens) * self.frames_per_token
        total = np.concatenate([[0.0], np.cumsum(speed)])
        within = first[:, None] + np.arange(self.frames_per_token)
        energy = (total[first + ahead] - total[first]) / ahead * energy_known[first]
        return Window(
            torch.from_numpy(frames[:needed]),
            torch.from_numpy(labels[first + self.frames_per_token - 1]),
            torch.from_numpy(energy[:, None].astype(np.float32)),
            torch.from_numpy(self._reach(rng)),
            torch.from_numpy(texts[first + self.frames_per_token - 1]),
            torch.from_numpy(1 - blended[within].any(1).astype(np.float32)),
            torch.from_numpy(seen_by_tokens(seen, first, self.frames_per_token)),
        )

    def _stitch(self, length: int, rng: np.random.Generator) -> tuple[Array, ...]:
        """Return what holds for each frame.

        These are features, joint speed, labels, whether energy is known, number of the text,
        whether clips are blended, and what is seen of another dancer.
        """
        frames = np.empty((length, self.pools[0].layout.width), np.float32)
        speed, known = np.empty(length, np.float32), np.empty(length, np.float32)
        labels = np.empty((length, len(self._is_emotion)), np.float32)
        texts, blended = np.full(length, NO_TEXT), np.zeros(length, bool)
        seen = np.zeros((length, self._width), np.float32)
        at, pool = 0, int(rng.choice(len(self.pools), p=self.shares))
        while at < length:
            if at and rng.random() > KEEP_POOL:
                pool = int(rng.choice(len(self.pools), p=self.shares))
            start, stop = self._segment(pool, frames[at - 1] if at else None, rng)
            stop = min(stop, start + length - at)
            here = slice(at, at + stop - start)
            frames[here] = self.pools[pool].frames[start:stop]
            speed[here] = self.pools[pool].speed[start:stop]
            hidden = self.dropout.labels, self.dropout.labels, self.dropout.energy
            emotion_told, others_told, known[here] = rng.random(3) >= hidden
            labels[here] = self.labels[pool] * np.where(self._is_emotion, emotion_told, others_told)
            if self._contents:
                content_told = rng.random() >= self.dropout.contents
                labels[here, self._is_content] = (self.labels[pool] * content_told)[
                    self._is_content
                ]
            if self._speaks and rng.random() >= self.dropout.text:
                texts[here] = rng.choice(self.pools[pool].texts[start])
            if self._width and rng.random() >= self.dropout.other:
                seen[here] = self.pools[pool].other[start:stop]
            if at:
                blend(frames, at)
                blended[at : at + BLEND_FRAMES] = True
            at = here.stop
        return frames, speed, labels, known, texts, blended, seen

    def _reach(self, rng: np.random.Generator) -> Int[Array, "S"]:
        """Return how many tokens each token sees: all, or in some stretches few."""
        reach = np.full(self.tokens, self.tokens)
        at, share = 0, REACH_FRAMES / self.frames_per_token
        while at < self.tokens:
            stretch = max(1, int(rng.integers(*FORGETFUL_TOKENS) * share))
            if rng.random() < self.dropout.context:
                shortest, longest = np.log(SHORT_REACH)
                seen = np.exp(rng.uniform(shortest, longest)) * share
                reach[at : at + stretch] = max(1, int(seen))
            at += stretch
        return reach

    def _segment(
        self, number: int, last: Array | None, rng: np.random.Generator
    ) -> tuple[int, int]:
        """Return start and stop in a pool: random, or like the pose to go on from."""
        pool = self.pools[number]
        candidates = rng.integers(0, len(pool.frames), CANDIDATES)
        room = pool.ends[candidates] - candidates
        candidates = candidates[room >= min(int(FPS * SEGMENT_SECONDS[0]), room.max())]
        start = int(candidates[0])
        if last is not None:
            apart = (pool.frames[candidates] - last) / self.feature_scale
            start = int(candidates[np.square(apart).sum(-1).argmin()])
        seconds = rng.uniform(*SEGMENT_SECONDS)
        return start, min(int(pool.ends[start]), start + int(seconds * FPS))


def seen_by_tokens(
    seen: Float[Array, "T W"], first: Int[Array, "S"], frames_per_token: int
) -> Float[Array, "S K W"]:
    """Return what is seen of the other with each token, somewhat late, as a partner sees it.

    Args:
        seen: With each frame; see `motion.other`.
        first: Frames with which the tokens begin.
        frames_per_token: K.
    """
    frames = first[:, None] + np.arange(frames_per_token) - OTHER_LAG
    told: Array = seen[np.maximum(frames, 0)]
    told[..., other.PLACE] = told[:, -1:, other.PLACE]
    return told


def blend(frames: Float[Array, "T F"], seam: int) -> None:
    """Let the jump between frames `seam - 1` and `seam` fade out over the frames after it.

    In place. The fade is the cubic smooth step, so that speed has no jump either.
    """
    stop = min(seam + BLEND_FRAMES, len(frames))
    t = np.arange(1, stop - seam + 1) / (BLEND_FRAMES + 1)
    fade = 1 - t * t * (3 - 2 * t)
    jump = frames[seam - 1] - frames[seam]
    frames[seam:stop] += (fade[:, None] * jump).astype(frames.dtype)
