"""The door of a server: its keys, its certificate, and the names and pages that it lets in."""

from dataclasses import dataclass
from pathlib import Path

from server.access.certificates import Certificate, seen_from_outside
from server.access.invitation import invitation
from server.access.keyring import Guests, Keyring, Tokens, kept, new_key
from server.access.origins import OriginPolicy


@dataclass(frozen=True)
class Door:
    """Who is let in, and how they are told.

    Attributes:
        keyring: Tells who may do what.
        policy: Names of this server, and pages that may use it.
        certificate: For https; None for http.
        authority: Certificate that other devices are to trust, if one was made here.
        key: The operator's; None lets anybody operate.
        kept_in: Where the key is kept, if it was made here.
    """

    keyring: Keyring
    policy: OriginPolicy
    certificate: Certificate | None
    authority: Path | None
    key: str | None
    kept_in: Path | None

    @property
    def scheme(self) -> str:
        """How addresses begin."""
        return "https" if self.certificate else "http"

    def invitation(self, address: str, page: str) -> str:
        """Return how other machines get in.

        Args:
            address: Where this machine finds the server.
            page: The page for everybody.
        """
        return invitation(seen_from_outside(address), page, self.key, self.kept_in)


def make_door(
    reachable: bool,
    folder: Path,
    key: str | None,
    open_to_all: bool,
    guests: Guests,
    certificates: tuple[Certificate | None, Path | None],
    policy: OriginPolicy,
) -> Door:
    """Return a door; a server that other machines find has a key unless it is to be open.

    Args:
        reachable: Whether other machines find the server, a proxy's clients included.
        folder: Where keys are kept that are made.
        key: The operator's; one is made if None is given and other machines come in.
        open_to_all: Whether none is made even then.
        guests: What a client without a key may be.
        certificates: For https, and the authority that made it, as `find_certificate` gives them.
        policy: Names of this server, and pages that may use it.

    Raises:
        SetupError: If the key is not as expected, or cannot be kept.
    """
    made = key is None and not open_to_all and reachable
    known = kept(folder / "operator-key", new_key) if made else key
    keyring = Keyring(known, Tokens(folder) if known else None, guests)
    return Door(keyring, policy, *certificates, known, folder if made else None)
