"""Who belongs to whom: rows and columns paired so that all pairs together cost least.

SciPy has a function for it, whose import takes 50 MB in the pose process and 5 % of the server's
start; people are few.
"""

from collections.abc import Sequence
from math import inf


def cheapest_pairs(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs of rows and columns, as many as fit, by row.

    Args:
        costs: Finite costs of each row with each column.

    References:
        R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse
        linear assignment problems", Computing 38, 1987.
    """
    columns = len(costs[0]) if costs else 0
    if len(costs) > columns:
        turned = cheapest_pairs([[row[column] for row in costs] for column in range(columns)])
        return sorted((row, column) for column, row in turned)
    row_price, column_price = [0.0] * len(costs), [0.0] * columns
    taken_by: list[int | None] = [None] * columns
    for row in range(len(costs)):
        _pair_another(costs, row, row_price, column_price, taken_by)
    return sorted((row, column) for column, row in enumerate(taken_by) if row is not None)


def _pair_another(
    costs: Sequence[Sequence[float]],
    newcomer: int,
    row_price: list[float],
    column_price: list[float],
    taken_by: list[int | None],
) -> None:
    """Pair a further row: the cheapest way to a free column, along which others change theirs."""
    columns = len(column_price)
    cheapest, before = [inf] * columns, [-1] * columns
    reached: list[int] = []
    at, row = -1, newcomer
    while True:
        for column in range(columns):
            if column not in reached:
                cost = costs[row][column] - row_price[row] - column_price[column]
                if cost < cheapest[column]:
                    cheapest[column], before[column] = cost, at
        at = min((c for c in range(columns) if c not in reached), key=cheapest.__getitem__)
        step = cheapest[at]
        row_price[newcomer] += step
        for column in reached:
            holder = taken_by[column]
            assert holder is not None
            row_price[holder] += step
            column_price[column] -= step
        for column in range(columns):
            if column not in reached:
                cheapest[column] -= step
        reached.append(at)
        holder = taken_by[at]
        if holder is None:
            break
        row = holder
    while at >= 0:
        earlier = before[at]
        taken_by[at] = newcomer if earlier < 0 else taken_by[earlier]
        at = earlier
