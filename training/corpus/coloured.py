"""Real dance in every emotion: each dance of a corpus, coloured.

No motion capture of dance names an emotion. So what emotional dance is known to look like is
carried onto dances that people danced.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from motion.choreography.colouring import coloured
from motion.choreography.colours import COLOURS, varied
from motion.clip import Clip
from motion.skeleton import CANONICAL
from training.corpus.contents import DANCE, content_of

DATASET = "coloured"

SHORTEST = 2.0
"""Seconds of a dance that is worth it."""


class Wanted(Protocol):
    """Which dances are to be coloured; see `training.fit.recipe.Data`."""

    datasets: list[str]
    emotions: list[str]
    coloured: int


def coloured_clips(clips: Sequence[Clip], data: Wanted, seed: int) -> list[Clip]:
    """Return every real dance among clips in every emotion that has a colour.

    Args:
        clips: Clips of any content, on any skeleton; only dances of the canonical one count.
        data: Data settings of the recipe.
        seed: Random seed of each clip's deviation from its emotion's colour.

    Returns:
        Clips with the labels of their sources but for `dataset` "coloured", `content` "dance" and
        their `emotion`; they belong to the groups of their sources.
    """
    chosen = [clip for clip in clips if _is_real_dance(clip, data.datasets)]
    emotions = [emotion for emotion in data.emotions if emotion in COLOURS]
    return [
        _coloured(clip, emotion, [seed, number, turn, list(COLOURS).index(emotion)])
        for number, clip in enumerate(chosen)
        for turn in range(data.coloured)
        for emotion in emotions
    ]


def _is_real_dance(clip: Clip, datasets: Sequence[str]) -> bool:
    known = clip.labels
    allowed = not datasets or known.get("dataset") in datasets
    real = known.get("dataset") not in ("choreography", "duets", DATASET)
    return (
        allowed
        and real
        and clip.skeleton is CANONICAL
        and content_of(known) == DANCE
        and clip.seconds >= SHORTEST
    )


def _coloured(clip: Clip, emotion: str, seed: list[int]) -> Clip:
    rng = np.random.default_rng(seed)
    made = coloured(clip, varied(COLOURS[emotion], rng), int(rng.integers(2**31)))
    kept = {key: value for key, value in clip.labels.items() if key in ("group", "description")}
    labels = kept | {"dataset": DATASET, "content": DANCE, "emotion": emotion}
    return replace(made, name=f"{DATASET}/{clip.name}_{emotion}_{seed[2]}", labels=labels)
