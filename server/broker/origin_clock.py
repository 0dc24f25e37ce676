"""The clock of an origin as a relay knows it.

No clock lives here.

References:
    D. Mills, RFC 5905, section 10, clock filter: the quickest of some round trips errs least.
"""

import struct
from collections import deque

SAMPLES = 8
_TIME = struct.Struct("<d")


def encode_time(seconds: float) -> bytes:
    """Return a time as it travels."""
    return _TIME.pack(seconds)


def decode_time(data: bytes) -> float:
    """Read a time.

    Raises:
        ValueError: If it is none.
    """
    if len(data) != _TIME.size:
        raise ValueError(f"expected a time of {_TIME.size} bytes, got {len(data)}")
    return float(_TIME.unpack(data)[0])


class OriginClock:
    """How far an origin's clock is ahead of this machine's."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque(maxlen=SAMPLES)

    @property
    def ahead(self) -> float | None:
        """Seconds; None before the first answer."""
        return min(self._samples)[1] if self._samples else None

    def receive(self, asked: float, answered: float, now: float) -> None:
        """Take in an answer.

        Args:
            asked: This machine's clock when the origin was asked, seconds.
            answered: The origin's clock when it answered, seconds.
            now: This machine's clock, seconds.
        """
        self._samples.append((now - asked, answered - (asked + now) / 2))
