"""Pools: the clips of one set of labels, end to end, as a recipe sorts them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from motion import features
from motion.clip import Clip
from motion.errors import BhavaError, MotionFileError
from motion.features import Layout
from motion.model import observed_dancer
from training.corpus.corpus import FPS, group_of
from training.corpus.duets import others_of
from training.corpus.texts import mirrored, texts_of
from training.corpus.trimming import action_of, common_actions, moving
from training.fit.recipe import Recipe
from training.models.kinds import KINDS
from training.models.window import NO_ORIGIN, NO_TEXT

Array = np.ndarray

Numbers = Mapping[str, int]
NONE: Numbers = {}

VARIANTS = 4
"""Texts of one clip, at most."""


@dataclass(frozen=True, eq=False)
class Pool:
    """All clips with the same labels, end to end.

    Attributes:
        layout: Layout of the features.
        frames: Raw features, (T, F).
        speed: Mean joint speed, m/s, (T,).
        ends: For each frame the index one past the last of its clip, (T,).
        texts: For each frame the numbers of its clip's texts, (T, V).
        other: Another dancer as observed (`motion.model.observed_dancer`), (T, W); (T, 0) for kinds
            that observe nobody.
        origins: For each frame the number of the dance it is of (`training.fit.origins`), (T,).
    """

    layout: Layout

    frames: Float[Array, "T F"]
    speed: Float[Array, "T"]
    ends: Int[Array, "T"]
    texts: Int[Array, "T V"]
    other: Float[Array, "T W"]
    origins: Int[Array, "T"]

    @staticmethod
    def from_clips(
        clips: Sequence[Clip],
        numbers: Mapping[str, int] | None = None,
        others: Mapping[str, Sequence[Clip]] | None = None,
        origins: Mapping[str, int] | None = None,
    ) -> "Pool":
        """Return the pool of clips of one skeleton and, if it has sides, their mirror images.

        Args:
            clips: At least one. Each comes once with each of its others, and once if none are
                named.
            numbers: Numbers of texts; clips with other texts go without.
            others: Who else dances, by the name of a clip; None for kinds that observe nobody.
            origins: Numbers of origins by group; other clips have none.
        """
        layout, observed = Layout(clips[0].skeleton), others or {}
        pairs, numbered, come_from = [], [], []
        for clip in clips:
            for dancer in observed.get(clip.name, (None,)):
                sides = _sides(clip, dancer)
                pairs += sides
                numbered += _numbered(texts_of(clip.labels), numbers or {})[: len(sides)]
                come_from += [(origins or {}).get(group_of(clip), NO_ORIGIN)] * len(sides)
        parts = [part for part, _ in pairs]
        lengths = [len(part) for part in parts]
        return Pool(
            layout,
            np.concatenate([features.from_clip(part) for part in parts]),
            np.concatenate([features.joint_speed(part) for part in parts]),
            np.repeat(np.cumsum(lengths), lengths),
            np.repeat(numbered, lengths, axis=0),
            np.concatenate([_seen(*pair, observes=others is not None) for pair in pairs]),
            np.repeat(come_from, lengths),
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
            np.empty(0, int),
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


def _seen(clip: Clip, dancer: Clip | None, *, observes: bool) -> Float[Array, "T W"]:
    """Return what is seen of another dancer in a clip."""
    if dancer is None:
        return np.zeros((len(clip), observed_dancer.WIDTH if observes else 0), np.float32)
    return observed_dancer.observe(
        features.from_clip(dancer), features.roots(dancer), features.roots(clip)
    )


def worth_learning(
    clips: list[Clip], held_out: list[Clip], recipe: Recipe
) -> tuple[list[Clip], list[Clip]]:
    """Return clips and held-out clips without rare actions, heads and tails cut, as recipes say."""
    common = common_actions([*clips, *held_out], recipe.data.fewest)
    kept = ([clip for clip in some if action_of(clip) in common] for some in (clips, held_out))
    slowest = recipe.data.slowest
    first, second = ([c[moving(c, slowest)] if slowest else c for c in some] for some in kept)
    return first, second


def check_clip(clip: Clip) -> None:
    """Refuse a clip that nothing can be learnt from.

    How short a clip may be is no matter of the context: windows are stitched from many.

    Raises:
        MotionFileError: If poses and skeleton differ, or it has another rate, fewer than two
            frames, or numbers that are not finite.
    """
    frames, joints = len(clip.hips), len(clip.skeleton.joints)
    if clip.rotations.shape != (frames, joints, 4):
        got = f"rotations of shape {clip.rotations.shape}"
        raise MotionFileError(
            f"{clip.name}: expected {frames} frames of {joints} joints, got {got}"
        )
    if clip.fps != FPS:
        raise MotionFileError(f"{clip.name}: expected {FPS:g} frames a second, got {clip.fps:g}")
    if frames < 2:
        raise MotionFileError(f"{clip.name}: expected at least 2 frames, got {frames}")
    bad = ~(np.isfinite(clip.hips).all(-1) & np.isfinite(clip.rotations).all((-2, -1)))
    if bad.any():
        raise MotionFileError(
            f"{clip.name}: expected finite numbers, got others in frame {int(np.argmax(bad))}"
        )


def sorted_by_pool(clips: list[Clip], recipe: Recipe) -> dict[str, list[Clip]]:
    """Return the clips of each of a recipe's pools, in its order; other clips are left out.

    Raises:
        MotionFileError: If a clip is unfit to learn from, or has another skeleton than the first.
    """
    by_pool: dict[str, list[Clip]] = {pool: [] for pool in recipe.data.shares}
    for clip in clips:
        pool = recipe.data.pool_of(clip)
        if pool is not None:
            check_clip(clip)
            if difference := clips[0].skeleton.difference(clip.skeleton):
                raise MotionFileError(f"{clip.name}: {difference}, unlike {clips[0].name}")
            by_pool[pool].append(clip)
    return by_pool


def texts_in(clips: list[Clip], recipe: Recipe) -> list[str]:
    """Return the texts of all clips of a recipe and of their mirror images, the commonest first."""
    chosen = [clip for clip in clips if recipe.data.pool_of(clip) is not None]
    texts = [text for clip in chosen for text in texts_of(clip.labels)]
    counts = Counter(texts + [mirrored(text) for text in texts])
    return [text for text, _ in counts.most_common()]


def pools_of(
    clips: list[Clip], recipe: Recipe, numbers: Numbers = NONE, origins: Numbers = NONE
) -> list[Pool]:
    """Sort clips by the recipe's pools; texts have numbers, and origins by their group.

    Raises:
        BhavaError: If a pool has no clip, a clip is unfit, or a kind that observes another dancer
            is to learn from soloists alone.
    """
    found = sorted_by_pool(clips, recipe)
    empty = [name for name, clips in found.items() if not clips]
    if empty:
        there = [name for name in found if name not in empty]
        raise BhavaError(
            f"expected clips for every share of the recipe, got none for {empty}, only for {there}"
        )
    others = _others(clips, recipe)
    if others is not None and not any(others.values()):
        raise BhavaError(
            f"expected clips that were danced together for {recipe.model.kind}, PIECE_dancerA and "
            f"PIECE_dancerB, or data.duet_minutes, got none among {len(clips)}"
        )
    return [Pool.from_clips(members, numbers, others, origins) for members in found.values()]


def _others(clips: list[Clip], recipe: Recipe) -> dict[str, list[Clip]] | None:
    """Return who dances beside each clip that a recipe learns from, for kinds that observe them."""
    if not KINDS[recipe.model.kind].OBSERVES_DANCER:
        return None
    return others_of([clip for clip in clips if recipe.data.pool_of(clip) is not None])


def held_out_pools_of(held_out: list[Clip], recipe: Recipe, numbers: Numbers = NONE) -> list[Pool]:
    """Sort held-out clips by the recipe's pools; those that are no emotions may be empty.

    Raises:
        BhavaError: If an emotion has no held-out clip: nothing could be said of how well it is
            learnt. It takes two recordings, one of them to hold out.
    """
    found = sorted_by_pool(held_out, recipe)
    words = {word for pool, clips in found.items() if clips for word in pool.split()}
    empty = [emotion for emotion in recipe.data.emotions if emotion not in words]
    if empty:
        raise BhavaError(
            f"expected at least 2 recordings of every emotion, one of them to hold out, "
            f"got fewer for {empty}"
        )
    layout, others = Layout(held_out[0].skeleton), _others(held_out, recipe)
    return [
        Pool.from_clips(clips, numbers, others) if clips else Pool.empty(layout)
        for clips in found.values()
    ]
