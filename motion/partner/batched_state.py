"""The state of many partners: an array for each quantity, a row for each partner."""

from typing import Self

import numpy as np


class BatchedState:
    """Arrays with one row for every partner, which can be added and replaced.

    A subclass is made with a number of fresh rows. All arrays among its attributes lead with that
    axis; all batched states among them are added to and replaced with it.
    """

    def append_rows(self, fresh: Self) -> None:
        """Add the rows of another state."""
        for name, value in vars(self).items():
            if isinstance(value, BatchedState):
                value.append_rows(vars(fresh)[name])
            elif isinstance(value, np.ndarray):
                setattr(self, name, np.concatenate([value, vars(fresh)[name]]))

    def reset_row(self, row: int, fresh: Self) -> None:
        """Replace one row by the only one of another state; arrays handed out stay as they were."""
        for name, value in vars(self).items():
            if isinstance(value, BatchedState):
                value.reset_row(row, vars(fresh)[name])
            elif isinstance(value, np.ndarray):
                replaced = value.copy()
                replaced[row] = vars(fresh)[name][0]
                setattr(self, name, replaced)
