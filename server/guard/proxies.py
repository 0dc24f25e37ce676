"""Proxies before the server, and the clients that they speak for. No socket lives here.

References:
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any

from motion.errors import SetupError

FOR, PROTOCOL = b"x-forwarded-for", b"x-forwarded-proto"
Headers = Iterable[tuple[bytes, bytes]]


class Networks:
    """Addresses of machines, and whole networks of them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Take addresses such as `10.0.0.2`, and networks such as `10.0.0.0/24`.

        Raises:
            SetupError: If one is neither.
        """
        try:
            self._networks = tuple(ipaddress.ip_network(name) for name in names)
        except ValueError as error:
            raise SetupError(f"expected an address or a network, got: {error}") from error

    def __contains__(self, address: str) -> bool:
        """Tell whether an address belongs to one of the networks; other text does not."""
        ip = _read(address)
        return ip is not None and any(ip in network for network in self._networks)


def reveal_client(scope: Any, proxies: Networks) -> None:
    """Put the client into a request's scope in place of the trusted proxies that passed it on.

    Args:
        scope: ASGI scope, with the address and the headers that came.
        proxies: Those that are trusted; the word of all others counts for nothing.
    """
    address, port = scope["client"] or ("", 0)
    if address not in proxies:
        return
    headers = list(scope["headers"])
    scope["client"] = (_client_of(address, headers, proxies), port)
    if dict(headers).get(PROTOCOL) == b"https":
        scope["scheme"] = {"http": "https", "ws": "wss"}.get(scope["scheme"], scope["scheme"])


def _client_of(address: str, headers: Headers, proxies: Networks) -> str:
    """Return the last address on the way that is no proxy.

    Each proxy appends the address that asked it, so those in front are anybody's invention. A
    proxy that appends none stands for its clients itself.
    """
    told = b",".join(value for name, value in headers if name == FOR).decode("latin-1")
    for hop in map(str.strip, reversed(told.split(","))):
        if address not in proxies or _read(hop) is None:
            break
        address = hop
    return address


def _read(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
