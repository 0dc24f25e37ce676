"""Whom an address stands for, where strangers are counted."""

import ipaddress

SITE = 64
"""Bits of an IPv6 address that tell its site, which chooses the others as it likes (RFC 4291)."""


def site(address: str) -> str:
    """Return the owner of an address: itself, or for IPv6 the /64 in which it lies.

    An IPv4 address that a socket for both versions tells as IPv6 (`::ffff:192.0.2.1`) is that IPv4
    address; text that is no address stands for itself.
    """
    try:
        ip = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((ip, SITE), strict=False))
