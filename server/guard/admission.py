"""How many connections there may be, in all and of one address. No socket lives here."""

from collections import Counter

from server.networks import Networks
from server.sites import site

LOOPBACK = ("127.0.0.1", "::1")
"""Addresses of the machine itself: whoever works at it always finds a way in."""

MOST_CONNECTIONS = 4096
"""Connections in all: some megabytes of memory, and more viewers than a core serves."""

PER_ADDRESS = 1024
"""Connections of one address; a venue's guests often share one."""

RESERVED = 64
"""Places that are kept for addresses which hold few connections."""

FEW = 4
"""Connections with which an address still counts as a newcomer."""


class Admission:
    """Counts connections, and tells who may still come.

    Attributes:
        open: Connections that there are.
        most: How many there may be.
        short: Whether the process lacks file descriptors: then newcomers alone are let in.
    """

    def __init__(
        self,
        most: int = MOST_CONNECTIONS,
        per_address: int = PER_ADDRESS,
        reserved: int = RESERVED,
        trusted: Networks | None = None,
    ) -> None:
        """Begin with nobody.

        Args:
            most: Connections in all; the trusted may exceed it by `reserved`.
            per_address: Connections of one address.
            reserved: How many of the last places are for newcomers alone.
            trusted: Addresses without a limit of their own; this machine alone if not given.
        """
        self.most, self.open, self.short = most, 0, False
        self._per_address, self._reserved = per_address, reserved
        self._trusted = Networks(LOOPBACK) if trusted is None else trusted
        self._by_address: Counter[str] = Counter()

    def trusts(self, address: str) -> bool:
        """Tell whether an address has no limit of its own."""
        return address in self._trusted

    def refusal(self, address: str) -> str:
        """Return why a further connection of an address is refused; empty if it is let in."""
        if self.trusts(address):
            full = self.open >= self.most + self._reserved
            return f"expected at most {self.most} connections, got another" if full else ""
        held = self._by_address[site(address)]
        if held >= self._per_address:
            return f"expected at most {self._per_address} connections of an address, got another"
        crowded = self.short or self.open >= self.most - self._reserved
        if self.open >= self.most or (crowded and held >= FEW):
            return f"expected at most {self.most} connections, got another"
        return ""

    def enter(self, address: str) -> None:
        """Count a connection that was let in."""
        self.open += 1
        self._by_address[site(address)] += 1

    def leave(self, address: str) -> None:
        """Forget a connection that was counted."""
        self.open -= 1
        owner = site(address)
        self._by_address[owner] -= 1
        if not self._by_address[owner]:
            del self._by_address[owner]
