"""Endless windows of motion, stitched from clips, with the conditions of every token.

Clips begin and end in standing, and nothing in them ever leaves it; a model that learns from whole
clips learns to stop. So idle heads and tails are cut, and a window goes from clip to clip through
short blends, chosen where the poses are alike, often into another emotion. No sequence ends, and
every emotion follows every other.
"""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float, Int
from torch.utils.data import IterableDataset, get_worker_info

from motion.errors import MotionFileError
from motion.model import observed_dancer
from training.corpus.corpus import FPS
from training.fit.pools import Pool
from training.fit.recipe import Dropout
from training.models.window import NO_ORIGIN, NO_TEXT, Window

Array = np.ndarray

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
"""How many such tokens are seen in a stretch that forgets."""
REACH_FRAMES = 4


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
        beside: float | None = None,
    ) -> None:
        """Set up the windows.

        Args:
            pools: One for each set of labels; empty only where the share is 0.
            labels: Labels of each pool, 1 where it has them.
            shares: How often each pool is drawn, summing to 1.
            emotions: How many labels are emotions; they come first, and are dropped apart from
                the others.
            contents: How many of those after them are contents, which are dropped apart as well.
            tokens: Tokens in a window.
            frames_per_token: Frames in a token.
            seed: Seed of all random choices; processes and their workers derive theirs from it.
            rank: Number of the process among those that train together.
            feature_scale: Divides features where poses are compared.
            dropout: What windows hide.
            beside: How probably a segment is of somebody beside another dancer, in pools that have
                any; None for as often as they come.
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
        self.dropout, self.beside = dropout, beside
        self._with_another = [] if beside is None else [_with_another(pool) for pool in pools]
        self._width = max(pool.other.shape[1] for pool in pools)
        at = np.arange(labels.shape[1])
        self._is_emotion = at < emotions
        self._is_content = ~self._is_emotion & (at < emotions + contents)
        self._speaks = any((pool.texts != NO_TEXT).any() for pool in pools)
        self._has_origins = any((pool.origins != NO_ORIGIN).any() for pool in pools)

    def __iter__(self) -> Iterator[Window]:
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, self.rank, worker.id if worker else 0])
        while True:
            yield self.window(rng)

    def window(self, rng: np.random.Generator) -> Window:
        """Return one window drawn with a generator."""
        ahead = int(FPS)  # energy is that of the coming second, so more is stitched than is shown
        needed = 2 + self.tokens * self.frames_per_token
        stitched = self._stitch(needed + ahead, rng)
        frames, speed, labels, energy_known, texts, blended, seen, origins = stitched
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
            torch.from_numpy(origins[first + self.frames_per_token - 1]),
        )

    def _stitch(self, length: int, rng: np.random.Generator) -> tuple[Array, ...]:
        """Return what holds for each frame.

        These are features, joint speed, labels, whether energy is known, number of the text,
        whether clips are blended, what is seen of another dancer, and number of the origin.
        """
        frames = np.empty((length, self.pools[0].layout.width), np.float32)
        speed, known = np.empty(length, np.float32), np.empty(length, np.float32)
        labels = np.empty((length, len(self._is_emotion)), np.float32)
        texts, blended = np.full(length, NO_TEXT), np.zeros(length, bool)
        seen = np.zeros((length, self._width), np.float32)
        origins = np.full(length, NO_ORIGIN)
        at, pool = 0, int(rng.choice(len(self.pools), p=self.shares))
        while at < length:
            # Mostly into another pool: every emotion has to follow every other.
            if at and rng.random() > KEEP_POOL:
                pool = int(rng.choice(len(self.pools), p=self.shares))
            start, stop = self._segment(pool, frames[at - 1] if at else None, rng)
            stop = min(stop, start + length - at)
            here = slice(at, at + stop - start)
            frames[here] = self.pools[pool].frames[start:stop]
            speed[here] = self.pools[pool].speed[start:stop]
            # Emotion, other labels and energy are hidden apart from one another, for a segment:
            # live, any may be absent, and guidance needs the guess without the emotion.
            hidden = self.dropout.labels, self.dropout.labels, self.dropout.energy
            emotion_known, others_known, known[here] = rng.random(3) >= hidden
            labels[here] = self.labels[pool] * np.where(
                self._is_emotion, emotion_known, others_known
            )
            if self._is_content.any():
                content_known = rng.random() >= self.dropout.contents
                labels[here, self._is_content] = self.labels[pool, self._is_content] * content_known
            if self._speaks and rng.random() >= self.dropout.text:
                # One of a clip's texts, drawn anew: no wording stands for a motion alone.
                texts[here] = rng.choice(self.pools[pool].texts[start])
            if self._width and rng.random() >= self.dropout.other:
                seen[here] = self.pools[pool].other[start:stop]
            if self._has_origins and rng.random() >= self.dropout.origin:
                origins[here] = self.pools[pool].origins[start]
            if at:
                # Where clips meet, the motion is nobody's: such tokens are marked as not real.
                blend(frames, at)
                blended[at : at + BLEND_FRAMES] = True
            at = here.stop
        return frames, speed, labels, known, texts, blended, seen, origins

    def _reach(self, rng: np.random.Generator) -> Int[Array, "S"]:
        """Return how many tokens each token sees: all, or in some stretches few."""
        reach = np.full(self.tokens, self.tokens)
        at, share = 0, REACH_FRAMES / self.frames_per_token
        while at < self.tokens:
            stretch = max(1, int(rng.integers(*FORGETFUL_TOKENS) * share))
            if rng.random() < self.dropout.context:
                shortest, longest = np.log(SHORT_REACH)
                tokens = np.exp(rng.uniform(shortest, longest)) * share
                reach[at : at + stretch] = max(1, int(tokens))
            at += stretch
        return reach

    def _candidates(self, number: int, rng: np.random.Generator) -> Int[Array, "C"]:
        """Return random frames of a pool from which a segment may start."""
        if self.beside is None:
            return rng.integers(0, len(self.pools[number].frames), CANDIDATES)
        alone, together = self._with_another[number]
        both = len(alone) and len(together)
        seen = rng.random() < self.beside if both else len(together) > 0
        return rng.choice(together if seen else alone, CANDIDATES)

    def _segment(
        self, number: int, last: Array | None, rng: np.random.Generator
    ) -> tuple[int, int]:
        """Return start and stop in a pool: random, or like the pose to go on from."""
        pool = self.pools[number]
        candidates = self._candidates(number, rng)
        room = pool.ends[candidates] - candidates
        candidates = candidates[room >= min(int(FPS * SEGMENT_SECONDS[0]), int(np.max(room)))]
        start = int(candidates[0])
        if last is not None:
            # The nearest of some random poses: smooth seams, yet not always the same ones.
            apart = (pool.frames[candidates] - last) / self.feature_scale
            start = int(candidates[np.square(apart).sum(-1).argmin()])
        seconds = rng.uniform(*SEGMENT_SECONDS)
        return start, min(int(pool.ends[start]), start + int(seconds * FPS))


def _with_another(pool: Pool) -> tuple[Int[Array, "A"], Int[Array, "B"]]:
    """Return the frames of a pool in which nobody else dances, and those in which somebody does."""
    seen = (pool.other[:, observed_dancer.PRESENT :] > 0).any(1)
    return np.flatnonzero(~seen), np.flatnonzero(seen)


def seen_by_tokens(
    seen: Float[Array, "T W"], first: Int[Array, "S"], frames_per_token: int
) -> Float[Array, "S K W"]:
    """Return what is seen of the other with each token, somewhat late, as a partner sees it.

    Args:
        seen: With each frame; see `motion.model.observed_dancer`.
        first: Frames with which the tokens begin.
        frames_per_token: K.
    """
    frames = first[:, None] + np.arange(frames_per_token) - OTHER_LAG
    observed: Array = seen[np.maximum(frames, 0)]
    observed[..., observed_dancer.PLACE] = observed[:, -1:, observed_dancer.PLACE]
    return observed


def blend(frames: Float[Array, "T F"], seam: int) -> None:
    """Let the jump between frames `seam - 1` and `seam` fade out over the frames after it.

    In place. The fade is the cubic smooth step, so that speed has no jump either.
    """
    stop = min(seam + BLEND_FRAMES, len(frames))
    t = np.arange(1, stop - seam + 1) / (BLEND_FRAMES + 1)
    fade = 1 - t * t * (3 - 2 * t)
    jump = frames[seam - 1] - frames[seam]
    frames[seam:stop] += (fade[:, None] * jump).astype(frames.dtype)
