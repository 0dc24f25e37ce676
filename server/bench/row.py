"""One figure of `bhava bench`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        name: What was measured.
        unit: `ms`, `µs`, `s`, `MB` or `%`.
        median: Median of the samples; None where it could not be measured.
        p95: 95th percentile of the samples.
        aim: The most that the median may be; None where nothing is asked.
        ratio: Median against that of the peer; None where there is none.
        most: The most that the ratio may be; None where nothing is asked.
        note: What it was measured on, who the peer is, or why it could not be measured.
        count: How many stages or viewers it was measured with, where it grows with them.
    """

    name: str
    unit: str
    median: float | None = None
    p95: float | None = None
    aim: float | None = None
    ratio: float | None = None
    most: float | None = None
    note: str = ""
    count: int | None = None

    @staticmethod
    def from_values(
        name: str,
        unit: str,
        samples: Sequence[float] | Float[Array, "N"],
        *,
        aim: float | None = None,
        peer: Sequence[float] | Float[Array, "N"] | None = None,
        most: float | None = None,
        note: str = "",
        count: int | None = None,
    ) -> "Row":
        """Return the row of some samples, beside those of a peer."""
        median, p95 = (float(value) for value in np.percentile(samples, [50, 95]))
        ratio = None if peer is None else median / float(np.median(peer))
        return Row(name, unit, median, p95, aim, ratio, most, note, count)

    @property
    def met(self) -> bool:
        """Whether it is as it should be, as far as that is known."""
        pairs = (self.median, self.aim), (self.ratio, self.most)
        return all(got is None or most is None or got <= most for got, most in pairs)
