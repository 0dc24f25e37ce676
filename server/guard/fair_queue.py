"""Requests that wait for their turn: each address in turn, however many one of them sends."""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Waiting items by owner; owners take turns, and each has a few in work at most."""

    def __init__(self, in_work: int) -> None:
        """Begin empty.

        Args:
            in_work: Items of one owner that may be in work at once.
        """
        self._in_work = in_work
        self._waiting: dict[Hashable, deque[T]] = {}
        self._working: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def put(self, owner: Hashable, item: T) -> None:
        """Let an item wait behind those of its owner."""
        self._waiting.setdefault(owner, deque()).append(item)

    def take(self) -> tuple[Hashable, T] | None:
        """Return the next item and its owner, which is then in work; None if none may be."""
        for owner in list(self._waiting):
            if self._working[owner] < self._in_work:
                return owner, self._taken(owner)
        return None

    def done(self, owner: Hashable) -> None:
        """An item of an owner is no longer in work."""
        self._working[owner] -= 1
        if not self._working[owner]:
            del self._working[owner]

    def _taken(self, owner: Hashable) -> T:
        queue = self._waiting.pop(owner)
        item = queue.popleft()
        if queue:
            self._waiting[owner] = queue  # at the end: the others come first
        self._working[owner] += 1
        return item
