"""Addresses of machines and whole networks, which options name."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from motion.errors import SetupError
from server.sentence import AddressError

REMEMBERED = 256
"""Addresses of which it is remembered whether they belong to some networks."""


class Networks:
    """Addresses of machines, and whole networks of them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Take addresses such as `10.0.0.2`, and networks such as `10.0.0.0/24`.

        Raises:
            AddressError: If one is neither.
        """
        self._networks = tuple(_network(name) for name in names)
        self._holds = lru_cache(REMEMBERED)(self._lookup)

    @staticmethod
    def parse(text: str) -> "Networks":
        """Read addresses and networks with commas between; empty text is none.

        Raises:
            AddressError: If one is neither.
        """
        return Networks(filter(None, text.split(",")))

    def __contains__(self, address: str) -> bool:
        """Tell whether an address belongs to one of the networks; other text does not."""
        return self._holds(address)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Networks) and self._networks == other._networks

    def __hash__(self) -> int:
        return hash(self._networks)

    def _lookup(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._networks)


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(name)
    except ValueError as error:
        key = "host_bits" if "host bits" in str(error) else "network"
        raise AddressError(key, got=name[:80]) from error


def web_address(option: str, text: str) -> str:
    """Return the address of a server as an option names it, without a slash at its end.

    Raises:
        SetupError: If it is none.
    """
    parts = urlsplit(text)
    known = parts.scheme in ("http", "https") and parts.hostname
    if text and (not known or parts.query or parts.fragment):
        raise SetupError(f"expected {option} such as https://show.example, got {text!r}")
    return text.rstrip("/")


def hosts_of(address: str) -> list[str]:
    """Return the name of the server in an address of the web; none in an empty one."""
    name = urlsplit(address).hostname
    return [name] if name else []
