"""How long work tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Takes how long work goes on."""

    def begin(self, doing: str, total: int) -> None:
        """Something begins that takes `total` steps, 0 if nobody knows."""

    def advance(self, steps: int) -> None:
        """Some steps were done."""
