"""Which names the server answers to, and which pages may use it.

A browser sends a visitor's requests to any server, whatever page asked for them. Two headers tell:
`Host`, the name under which the server was found, and `Origin`, the page that asks. A foreign page
has another origin than the host; a page that points a name of its own at this machine (DNS
rebinding) has a host that is not ours.

References:
    RFC 6454, "The Web Origin Concept". C. Jackson et al., "Protecting browsers from DNS rebinding
    attacks", ACM CCS 2007.
"""

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

ANY = "*"
"""Among the names: whatever the host is called."""


class OriginPolicy:
    """Names of this server, and origins of pages that may use it beside its own.

    Addresses need no name: nobody can point an address at another machine.
    """

    def __init__(self, hosts: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        """Take what is allowed beside this machine's own names.

        Args:
            hosts: Names such as `show.example`; `*` for any.
            origins: Origins such as `https://show.example`.
        """
        self._hosts = {name.lower() for name in (*hosts, *_own_names())}
        self._origins = {origin.lower().rstrip("/") for origin in origins}

    def knows_host(self, host: str) -> bool:
        """Tell whether a `Host` header names this server; a request without one does."""
        name = _name_of(host)
        return ANY in self._hosts or name in self._hosts or name == "" or _is_address(name)

    def lets_in(self, origin: str | None, host: str) -> bool:
        """Tell whether a page may use the server.

        Args:
            origin: `Origin` header; None if there is none, as programs send none.
            host: `Host` header.
        """
        if origin is None or origin.lower() in self._origins:
            return True
        return origin.lower().partition("://")[2] == host.lower() != ""


def _name_of(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return host


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_names() -> set[str]:
    own = socket.gethostname().lower()
    return {"localhost", own, f"{own.partition('.')[0]}.local"}
