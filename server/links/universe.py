"""One universe that several desks may send to; no socket and no clock."""

from collections.abc import Hashable
from dataclasses import dataclass

from server.sentence import Unusable

SILENCE = 2.5
"""Seconds without a packet after which a sender is gone: `E131_NETWORK_DATA_LOSS_TIMEOUT`."""

MOST_SENDERS = 16
"""Senders that are told apart."""

LATE = 20
"""Packets that come so many places after a newer one were overtaken and do not count."""


@dataclass
class _Sender:
    priority: int
    sequence: int
    slots: bytes
    heard: float


class Universe:
    """Merges senders: the highest priority counts, and among equals the highest value.

    References:
        ANSI E1.31-2018, sections 6.2.3 (priority), 6.7.1 (lost senders) and 6.7.2 (sequence).
    """

    def __init__(self) -> None:
        """Begin without senders."""
        self._senders: dict[Hashable, _Sender] = {}

    def hear(
        self, key: Hashable, slots: bytes, now: float, priority: int = 100, sequence: int = 0
    ) -> None:
        """Take in a packet.

        Args:
            key: Tells its sender from others.
            slots: Values of the universe.
            now: The server's clock, seconds.
            priority: Priority of the sender.
            sequence: Number of the packet, modulo 256; always 0 where the sender does not count.

        Raises:
            Unusable: If there are too many senders, or a newer packet of this one came already.
        """
        self._forget(now)
        before = self._senders.get(key)
        if before is None and len(self._senders) >= MOST_SENDERS:
            raise Unusable("senders", most=MOST_SENDERS)
        if before and before.sequence and sequence and _overtaken(before.sequence, sequence):
            raise Unusable("order", got=sequence, before=before.sequence)
        self._senders[key] = _Sender(priority, sequence, slots, now)

    def end(self, key: Hashable) -> None:
        """Forget a sender that says that it ends."""
        self._senders.pop(key, None)

    def merged(self, now: float) -> bytes | None:
        """Return the values that count; None without any sender.

        Args:
            now: The server's clock, seconds.
        """
        self._forget(now)
        if not self._senders:
            return None
        highest = max(sender.priority for sender in self._senders.values())
        rows = [each.slots for each in self._senders.values() if each.priority == highest]
        if len(rows) == 1:
            return rows[0]
        length = max(map(len, rows))
        return bytes(map(max, zip(*(row.ljust(length, b"\0") for row in rows), strict=True)))

    def _forget(self, now: float) -> None:
        if any(now - sender.heard > SILENCE for sender in self._senders.values()):
            self._senders = {
                key: sender
                for key, sender in self._senders.items()
                if now - sender.heard <= SILENCE
            }


def _overtaken(before: int, sequence: int) -> bool:
    return 0 <= (before - sequence) % 256 < LATE
