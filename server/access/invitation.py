"""What the terminal says of the ways in: addresses, links with a key, and pictures for phones."""

import io
import ipaddress
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach a host to listen on."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_reachable(host: str, proxies: Sequence[str]) -> bool:
    """Tell whether other machines find a server, the clients of its proxies included."""
    return bool(proxies) or not is_loopback(host)


def link(address: str, page: str, key: str | None, stage: str = "") -> str:
    """Return a page's address; a key goes where browsers send it to nobody."""
    query = f"?stage={quote(stage, safe='')}" if stage else ""
    fragment = f"#key={quote(key, safe='')}" if key else ""
    return f"{address}/{page}{query}{fragment}"


def qr_code(text: str) -> str:
    """Return a text as a picture of blocks, for a phone to read off the terminal."""
    import segno  # brings readers of XML and of the web

    picture = io.StringIO()
    segno.make(text, micro=False).terminal(picture, compact=True)
    return picture.getvalue()


def invitation(address: str, page: str, key: str | None, kept_in: Path | None) -> str:
    """Return how others get in.

    Args:
        address: Where other devices find the server.
        page: The page for everybody.
        key: The operator's key, if one is needed.
        kept_in: Where the key is kept, if it was made here.
    """
    guests, console = link(address, page, None), link(address, "console", key)
    lines = [f"Others come to   {guests}", qr_code(guests), f"Operators go to  {console}"]
    if kept_in:
        lines.append(f"The key was made for this machine and is kept in {kept_in}.")
    return "\n".join([*lines, qr_code(console)])
