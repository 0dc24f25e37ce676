"""Real dance in every emotion: each dance of a corpus, coloured. And walks in a few postures.

No motion capture of dance names an emotion. So what emotional dance is known to look like is
carried onto dances that people danced. Of some emotions there is under a minute of walking; so
neutral walks are held and paced as those are, as much of them as there is of acted ones: more would
drown what else is in those.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from motion.choreography.colouring import carried_as, coloured, paced, postured
from motion.choreography.colours import COLOURS, varied
from motion.clip import Clip
from motion.emotion import NEUTRAL
from motion.skeleton import CANONICAL
from training.corpus.contents import DANCE, WALK, content_of

DATASET = "coloured"

SHORTEST = 2.0
"""Seconds of a dance that is worth it."""

LESSONS = COLOURS | {
    "neutral": replace(COLOURS["neutral"], lean=4.0, low=-0.02),
    "happy": replace(COLOURS["happy"], lean=3.0, hands=0.2, low=-0.02),
    "sad": replace(COLOURS["sad"], lean=21.0, hands=0.14, low=-0.06, speed=0.35),
    "angry": replace(COLOURS["angry"], lean=8.0, head=-3.0, low=-0.02),
    "proud": replace(COLOURS["proud"], lean=-3.0, low=-0.02),
    "afraid": replace(COLOURS["afraid"], lean=18.0, head=26.0, hands=0.22, low=-0.05, speed=0.44),
    "tired": replace(COLOURS["tired"], lean=18.0, head=42.0, low=-0.06),
    "excited": replace(COLOURS["excited"], lean=5.0, hands=0.23, low=-0.02),
}
"""Colours of the dances to learn from, some of them beyond what a partner is to look like.

Hips that sink in the mean come from knees that never straighten; these dances rise between, and
legs that narrower paths would bend straighten. A network makes less of the rare and more of the
common: hands of the sad and afraid hang lower than they were shown, those of the happy are higher.
Guidance leads further from upright both ways: trunks, shown at 18 and -3 degrees, come to 24 and
-8. Afraid dances that keep up with others look calm.
"""

HELD = {"sad": 1.7, "tired": 1.5}
"""How much further arms dwell where those of an emotion do: a third of the dances are couples', who
hold one another, so that arms that hang are rare."""

WALKS = {"sad": (25.0, 50.0, 0.34), "proud": (-5.0, -20.0, 0.47)}
"""Acted walks: pitch of trunk and head, degrees, and speed of the joints, leg lengths per second.

Of emotions in which people walk as usual but for these: arms hang as in neutral walks."""


class Wanted(Protocol):
    """Which dances are to be coloured; see `training.fit.recipe.Data`."""

    datasets: list[str]
    emotions: list[str]
    coloured: int


def coloured_clips(clips: Sequence[Clip], data: Wanted, seed: int) -> list[Clip]:
    """Return real dances among clips in every emotion that has a colour, and walks in `WALKS`.

    Args:
        clips: Clips of any content, on any skeleton; dances and neutral walks of the canonical
            one count.
        data: Data settings of the recipe.
        seed: Random seed of each clip's deviation from its emotion's colour.

    Returns:
        Clips with the labels of their sources but for `dataset` "coloured", `content` "dance" or
        "walk" and their `emotion`; they belong to the groups of their sources.
    """
    real = [clip for clip in clips if _is_real(clip, data.datasets)]
    chosen = [clip for clip in real if content_of(clip.labels) == DANCE]
    walks = [clip for clip in real if _walks(clip, NEUTRAL)] if data.coloured else []
    emotions = [emotion for emotion in data.emotions if emotion in COLOURS]
    dances = [
        _coloured(clip, emotion, [seed, number, turn, list(COLOURS).index(emotion)])
        for number, clip in enumerate(chosen)
        for turn in range(data.coloured)
        for emotion in emotions
    ]
    return dances + [
        held
        for emotion in data.emotions
        if emotion in WALKS
        for held in _held_walks(walks, emotion, sum(c.seconds for c in real if _walks(c, emotion)))
    ]


def _is_real(clip: Clip, datasets: Sequence[str]) -> bool:
    known = clip.labels
    allowed = not datasets or known.get("dataset") in datasets
    real = known.get("dataset") not in ("choreography", "duets", DATASET)
    return allowed and real and clip.skeleton is CANONICAL and clip.seconds >= SHORTEST


def _coloured(clip: Clip, emotion: str, seed: list[int]) -> Clip:
    rng = np.random.default_rng(seed)
    colour = varied(LESSONS[emotion], rng)
    carried = carried_as(clip, emotion, HELD.get(emotion, 1.0))
    made = coloured(carried, colour, int(rng.integers(2**31)))
    return _named(made, clip, f"{emotion}_{seed[2]}", content=DANCE, emotion=emotion)


def _walks(clip: Clip, emotion: str) -> bool:
    return content_of(clip.labels) == WALK and clip.labels.get("emotion") == emotion


def _held_walks(walks: Sequence[Clip], emotion: str, seconds: float) -> list[Clip]:
    """Return neutral walks as an emotion holds them, until they take so many seconds."""
    chosen: list[Clip] = []
    for clip in walks:
        if sum(one.seconds for one in chosen) < seconds:
            chosen.append(_held(clip, emotion))
    return chosen


def _held(clip: Clip, emotion: str) -> Clip:
    """Return a walk that is held and paced as `WALKS` says."""
    lean, head, speed = WALKS[emotion]
    made = postured(paced(clip, speed, 0.0), lean, head)
    return _named(made, clip, emotion, content=WALK, emotion=emotion)


def _named(made: Clip, source: Clip, suffix: str, **labels: str) -> Clip:
    kept = {key: value for key, value in source.labels.items() if key in ("group", "description")}
    name = f"{DATASET}/{source.name}_{suffix}"
    return replace(made, name=name, labels=kept | {"dataset": DATASET} | labels)
