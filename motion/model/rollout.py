"""A model alone, generating from its own output, with nothing done to its frames.

The live partner does more (`motion.partner`), and dances on the canonical skeleton only; this plays
a model of any skeleton.
"""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from motion.model.engine import Conditions, Engine, Noise

Array = np.ndarray


def rollout(
    engine: Engine,
    context: Float[Array, "B T F"],
    conditions_at: Callable[[int], Conditions],
    rng: np.random.Generator,
) -> Iterator[Float[Array, "B K F"]]:
    """Yield the frames that follow, a step's at a time, without end.

    Args:
        engine: The model.
        context: Raw features that it goes on from, at least a step's frames; of longer ones the
            model reads as many of the last whole steps as its context holds.
        conditions_at: Conditions of the step whose first frame has this number; 0 while it reads.
        rng: Source of randomness.
    """
    contract = engine.contract
    length = contract.frames_per_step
    steps = min(context.shape[1], max(contract.context_frames, length)) // length
    states = engine.initial_states(len(context))
    context = context[:, context.shape[1] - steps * length :].astype(np.float32)
    newest, at = context[:, :length], 0
    for step in range(1, steps):
        noise = Noise.draw(contract, rng, len(context))
        _, states = engine.step(newest, conditions_at(0), states, noise)
        newest = context[:, step * length : (step + 1) * length]
    while True:
        noise = Noise.draw(contract, rng, len(context))
        newest, states = engine.step(newest, conditions_at(at), states, noise)
        yield newest
        at += length
