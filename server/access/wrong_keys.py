"""Wrong keys: each makes its address wait for the next try, twice as long as the one before.

No clock lives here.
"""

from collections import Counter
from typing import NamedTuple

from server.sites import site

FIRST, LONGEST = 1.0, 60.0
"""Seconds that an address waits after its first wrong key, and at most."""

FORGOTTEN = 600.0
"""Seconds without a wrong key from which an address is as good as any other."""

MOST_ADDRESSES = 4096
"""Addresses that are remembered; beyond, the one of the oldest wrong key is forgotten."""

MINUTES = 10
"""Minutes that count as lately."""


class _Tries(NamedTuple):
    number: int
    newest: float

    @property
    def wait(self) -> float:
        """Seconds from the newest to the next."""
        return min(LONGEST, FIRST * 2.0 ** min(self.number - 1, 30))


class WrongKeys:
    """Counts wrong keys, and tells how long an address waits after them.

    Attributes:
        total: How many there were.
    """

    def __init__(self) -> None:
        self.total = 0
        self._tries: dict[str, _Tries] = {}  # the oldest first
        self._by_minute: Counter[int] = Counter()

    def wait(self, address: str, now: float) -> float:
        """Return for how many seconds no key of an address is looked at; 0 if one is."""
        tries = self._tries.get(site(address))
        return 0.0 if tries is None else max(0.0, tries.newest + tries.wait - now)

    def count(self, address: str, now: float) -> None:
        """Note a wrong key."""
        self.total += 1
        self._by_minute[_minute(now)] += 1
        for minute in [minute for minute in self._by_minute if minute <= _minute(now) - MINUTES]:
            del self._by_minute[minute]
        before = self._tries.pop(site(address), _Tries(0, now))
        known = before.number if now - before.newest < FORGOTTEN else 0
        self._tries[site(address)] = _Tries(known + 1, now)
        if len(self._tries) > MOST_ADDRESSES:
            del self._tries[next(iter(self._tries))]

    def forgive(self, address: str) -> None:
        """Note a right key: what was wrong before was a slip."""
        self._tries.pop(site(address), None)

    def lately(self, now: float) -> int:
        """Return how many there were in the last minutes."""
        return sum(
            count for minute, count in self._by_minute.items() if minute > _minute(now) - MINUTES
        )


def _minute(now: float) -> int:
    return int(now // 60)
