"""Origins: which dance of a corpus each dance is, or was coloured after.

A model that is told them learns many dances instead of their mean, and dances one after the other.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from motion.clip import Clip
from motion.errors import BhavaError
from training.corpus import choreographed, duets
from training.corpus.contents import content_of
from training.corpus.corpus import group_of
from training.fit.pools import Pool
from training.fit.recipe import Recipe

Array = np.ndarray


def origins_in(clips: Sequence[Clip], recipe: Recipe) -> dict[str, int]:
    """Return the numbers of origins by group, from 1; none where the model is told none.

    Clips of the usual content have an origin. All that the choreographer made has one and the same.

    Raises:
        BhavaError: If there are more of them than the model can tell apart.
    """
    room = recipe.origins
    if not room:
        return {}
    usual = recipe.data.contents[0]
    danced = [clip for clip in clips if recipe.data.pool_of(clip) is not None]
    danced = [clip for clip in danced if content_of(clip.labels) == usual]
    recorded = sorted({group_of(clip) for clip in danced if not _is_choreographed(clip)})
    numbers = {group: number for number, group in enumerate(recorded, 1)}
    last = len(recorded) + any(_is_choreographed(clip) for clip in danced)
    if last > room:
        raise BhavaError(f"model.origins: expected at least {last}, got {room}")
    return numbers | {group_of(clip): last for clip in danced if _is_choreographed(clip)}


def origin_weights(
    pools: Mapping[str, Pool], labels: Sequence[str], origins: int
) -> Float[Array, "L O"]:
    """Return how often a dance of each label begins with each origin, rows summing to 1 or 0.

    It is the root of how much there is of it: many short dances are not drowned by a long one.

    Args:
        pools: By name.
        labels: All labels; those that no pool bears have a row of zeros.
        origins: How many can be told apart; number 0 is of clips without one.
    """
    found = np.zeros((len(labels), 1 + origins))
    for row, label in enumerate(labels):
        for name, pool in pools.items():
            if label in name.split():
                found[row] += np.bincount(pool.origins, minlength=1 + origins)
    weights = np.sqrt(found)
    result: Array = weights / np.maximum(weights.sum(1, keepdims=True), 1.0)
    return result


def _is_choreographed(clip: Clip) -> bool:
    return clip.labels.get("dataset") in (choreographed.DATASET, duets.DATASET)
