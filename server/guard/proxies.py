"""Proxies before the server, and the clients that they speak for. No socket lives here.

References:
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For.
"""

import ipaddress
from collections.abc import Iterable
from typing import Any

from server.networks import Networks

FOR, PROTOCOL = b"x-forwarded-for", b"x-forwarded-proto"
Headers = Iterable[tuple[bytes, bytes]]


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
        if address not in proxies or not _is_address(hop):
            break
        address = hop
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
