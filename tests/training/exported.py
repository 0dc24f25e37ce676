"""What every exported model must do."""

import numpy as np

from motion.model.engine import Conditions, Engine, Noise


def assert_a_batch_is_singles(engine: Engine, **known: list[float]) -> None:
    """Check that a batch of three gives what each gives by itself, frames and states.

    Args:
        engine: The model; all that it takes is random in [0, 1).
        known: Inputs that are not: by name, one number for each of the three.
    """
    contract, rng = engine.contract, np.random.default_rng(0)
    drawn = {name: rng.random((3, *shape), np.float32) for name, shape in contract.inputs.items()}
    for name, rows in known.items():
        drawn[name][:] = np.reshape(rows, (3, *[1] * (drawn[name].ndim - 1)))
    conditions = ("emotion", "energy", "temperature", "guidance", "text", "other", "content")

    def step(rows: slice):
        return engine.step(
            drawn["frames"][rows],
            Conditions(**{name: drawn[name][rows] for name in conditions if name in drawn}),
            {state.name: drawn[state.name][rows] for state in contract.states},
            Noise(drawn["uniform"][rows], drawn["normal"][rows]),
        )

    whole, after = step(slice(None))
    for i in range(3):
        alone, alone_after = step(slice(i, i + 1))
        np.testing.assert_allclose(whole[i], alone[0], atol=1e-4)
        for name, state in alone_after.items():
            np.testing.assert_allclose(after[name][i], state[0], atol=1e-4)
