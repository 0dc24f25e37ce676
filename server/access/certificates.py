"""Files of certificates, and the addresses of this machine that they are for."""

import ipaddress
from pathlib import Path
from typing import NamedTuple

import psutil


class Certificate(NamedTuple):
    """Files of a certificate.

    Attributes:
        chain: The certificate, as PEM.
        key: Its private key, as PEM.
    """

    chain: Path
    key: Path


def local_addresses() -> list[str]:
    """Return the addresses of this machine at which others may reach it, the loopback left out."""
    found = [a.address for each in psutil.net_if_addrs().values() for a in each]
    addresses = [address for address in found if _is_reachable(address)]
    return sorted(addresses, key=lambda address: (":" in address, address))


def seen_from_outside(address: str) -> str:
    """Return an address of this machine as other devices know it; as it is without a network."""
    outside = next(iter(local_addresses()), "localhost")
    return address.replace("localhost", f"[{outside}]" if ":" in outside else outside)


def _is_reachable(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a hardware address, or one with a zone
        return False
    return not (ip.is_loopback or ip.is_link_local)
