"""What every exported model must do."""

import numpy as np

from motion.model.engine import Conditions, Engine, Noise


def assert_a_batch_is_singles(engine: Engine, **known: list[float]) -> None:
    """Check that a batch gives to the bit what each gives by itself, frames and states.

    As partners do, batches are filled up to the contract's multiple.

    Args:
        engine: The model; all that it takes is random in [0, 1).
        known: Inputs that are not: by name, one number for each of the three.
    """
    contract, rng = engine.contract, np.random.default_rng(0)
    drawn = {name: rng.random((3, *shape), np.float32) for name, shape in contract.inputs.items()}
    for name, rows in known.items():
        drawn[name][:] = np.reshape(rows, (3, *[1] * (drawn[name].ndim - 1)))
    conditions = ("emotion", "energy", "temperature", "guidance", "text", "other", "content")

    def step(*wanted: int):
        rows = [*wanted, *wanted[-1:] * (-len(wanted) % contract.batch_multiple)]
        return engine.step(
            drawn["frames"][rows],
            Conditions(**{name: drawn[name][rows] for name in conditions if name in drawn}),
            {state.name: drawn[state.name][rows] for state in contract.states},
            Noise(drawn["uniform"][rows], drawn["normal"][rows]),
        )

    for batch in ((0, 1), (0, 1, 2), (0, 1, 2, 0, 1), (2, 1, 0, 2, 1, 0, 2, 1, 0)):
        whole, after = step(*batch)
        for row, one in enumerate(batch):
            alone, alone_after = step(one)
            np.testing.assert_array_equal(whole[row], alone[0])
            for name, state in alone_after.items():
                np.testing.assert_array_equal(after[name][row], state[0], err_msg=name)
