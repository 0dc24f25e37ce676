"""How many ballots one address may have: guests of a venue share one, so it is many.

References:
    J. Turner, "New directions in communications", IEEE Communications Magazine 24(10), 1986: the
    leaky bucket.
"""

from server.crowd.refusal import BallotRefusal
from server.sites import site

BURST = 500
"""Ballots that an address may have at once: a full house that scans the code together."""

PER_MINUTE = 200
"""Ballots that it may have in the long run."""

MOST_ADDRESSES = 4096
"""Addresses that are kept in mind; beyond them the one that came first is forgotten."""


class Allowance:
    """Counts the ballots of each address in a bucket that leaks."""

    def __init__(self) -> None:
        """Begin with all buckets empty."""
        self._filled: dict[str, tuple[float, float]] = {}

    def take(self, address: str, now: float) -> None:
        """Count a ballot.

        Args:
            address: IP address of the visitor.
            now: Seconds.

        Raises:
            BallotRefusal: `too_many_ballots`, with the seconds until there is another.
        """
        network = site(address)
        filled, at = self._filled.pop(network, (0.0, now))
        filled = max(0.0, filled - (now - at) * PER_MINUTE / 60) + 1
        if filled > BURST:
            self._filled[network] = filled - 1, now
            wait = (filled - BURST) * 60 / PER_MINUTE
            raise BallotRefusal(
                "too_many_ballots",
                f"expected at most {BURST} ballots of an address at once and {PER_MINUTE} a minute,"
                f" got another of {network}",
                wait,
            )
        if len(self._filled) >= MOST_ADDRESSES:
            del self._filled[next(iter(self._filled))]
        self._filled[network] = filled, now
