type Costs = readonly (readonly number[])[];

/**
 * Pairs rows and columns so that all pairs together cost least, as `server/capture/pairing.py` does.
 *
 * R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
 * assignment problems", Computing 38, 1987.
 *
 * @param costs Finite costs of each row with each column.
 * @returns As many pairs as fit, by row.
 */
export function cheapestPairs(costs: Costs): [row: number, column: number][] {
  const columns = costs[0]?.length ?? 0;
  if (costs.length > columns) {
    const turned = Array.from({ length: columns }, (_, column) =>
      costs.map((row) => at(row, column)),
    );
    return byRow(cheapestPairs(turned).map(([column, row]) => [row, column]));
  }
  const prices = { rows: costs.map(() => 0), columns: Array<number>(columns).fill(0) };
  const takenBy = Array<number | null>(columns).fill(null);
  for (let row = 0; row < costs.length; row++) pairAnother(costs, row, prices, takenBy);
  return byRow(takenBy.flatMap((row, column) => (row === null ? [] : [[row, column]])));
}

interface Prices {
  readonly rows: number[];
  readonly columns: number[];
}

/** Pairs a further row: the cheapest way to a free column, along which others change theirs. */
function pairAnother(
  costs: Costs,
  newcomer: number,
  prices: Prices,
  takenBy: (number | null)[],
): void {
  const count = takenBy.length;
  const cheapest = Array<number>(count).fill(Number.POSITIVE_INFINITY);
  const before = Array<number>(count).fill(-1);
  const reached: number[] = [];
  let [column, row] = [-1, newcomer];
  for (;;) {
    for (let c = 0; c < count; c++) {
      if (reached.includes(c)) continue;
      const cost = at(costs[row] ?? [], c) - at(prices.rows, row) - at(prices.columns, c);
      if (cost < at(cheapest, c)) [cheapest[c], before[c]] = [cost, column];
    }
    column = -1;
    for (let c = 0; c < count; c++) {
      if (!reached.includes(c) && (column < 0 || at(cheapest, c) < at(cheapest, column)))
        column = c;
    }
    const step = at(cheapest, column);
    prices.rows[newcomer] = at(prices.rows, newcomer) + step;
    for (let c = 0; c < count; c++) {
      if (reached.includes(c)) {
        const holder = takenBy[c] as number;
        prices.rows[holder] = at(prices.rows, holder) + step;
        prices.columns[c] = at(prices.columns, c) - step;
      } else cheapest[c] = at(cheapest, c) - step;
    }
    reached.push(column);
    const holder = takenBy[column] ?? null;
    if (holder === null) break;
    row = holder;
  }
  while (column >= 0) {
    const earlier = at(before, column);
    takenBy[column] = earlier < 0 ? newcomer : (takenBy[earlier] ?? null);
    column = earlier;
  }
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}

function byRow(pairs: number[][]): [number, number][] {
  return (pairs as [number, number][]).sort(([one], [other]) => one - other);
}
