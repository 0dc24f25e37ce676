"""State of many partners: an array for each quantity, a row for each partner."""

from typing import Self

import numpy as np


class Rows:
    """Arrays with one row for every partner; partners come and go.

    A subclass is made with a number of rows, all fresh; all arrays among its attributes lead with
    that axis, and all other rows among them come and go with it.
    """

    def append(self, fresh: Self) -> None:
        """Add the rows of another."""
        for name, value in vars(self).items():
            if isinstance(value, Rows):
                value.append(vars(fresh)[name])
            elif isinstance(value, np.ndarray):
                setattr(self, name, np.concatenate([value, vars(fresh)[name]]))

    def reset(self, row: int, fresh: Self) -> None:
        """Replace one row by the only one of another; what was handed out stays as it was."""
        for name, value in vars(self).items():
            if isinstance(value, Rows):
                value.reset(row, vars(fresh)[name])
            elif isinstance(value, np.ndarray):
                replaced = value.copy()
                replaced[row] = vars(fresh)[name][0]
                setattr(self, name, replaced)
