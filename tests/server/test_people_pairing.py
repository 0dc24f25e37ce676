import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from server.capture.pairing import cheapest_pairs


@pytest.mark.parametrize("rows", range(6))
@pytest.mark.parametrize("columns", [1, 2, 4, 7])
def test_pairs_are_those_of_scipy(rows: int, columns: int):
    rng = np.random.default_rng([rows, columns])
    for _ in range(50):
        costs = rng.normal(size=(rows, columns)).round(rng.integers(1, 9))
        pairs = cheapest_pairs(costs.tolist())
        assert [row for row, _ in pairs] == sorted({row for row, _ in pairs})
        assert len({column for _, column in pairs}) == len(pairs) == min(rows, columns)
        least = costs[linear_sum_assignment(costs)].sum()
        assert sum(costs[row, column] for row, column in pairs) == pytest.approx(least)
