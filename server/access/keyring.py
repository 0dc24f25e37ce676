"""Who may do what: whoever knows the key operates, a token grants its role, guests may do the rest.

References:
    RFC 7519, "JSON Web Token". PyJWT takes a token without `exp` for good unless it is required.
"""

import hmac
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pydantic import BaseModel

from motion.errors import SetupError
from server.access.wrong_keys import WrongKeys

_log = logging.getLogger("bhava")

Role = Literal["viewer", "performer", "operator"]
"""What a client may be; each role may do all that those before it may."""

Guests = Literal["nobody", "viewer", "performer"]
"""What a client without a key may be."""

ALGORITHM = "HS256"
EVERY_STAGE = "*"
"""As the stage of a token: it is good for all of them."""
KEY_BYTES = 12
SECRET_BYTES = 32


class Grant(BaseModel):
    """What a token grants.

    Attributes:
        role: What its holder may be at most.
        stage: On which stage; `*` is every stage.
        exp: Until when, seconds since 1970.
        jti: Name of the token, by which it is revoked.
    """

    role: Role
    stage: str
    exp: int
    jti: str

    def covers(self, role: Role, stage: str) -> bool:
        """Tell whether its holder may be so much on a stage."""
        return _covers(self.role, role) and self.stage in (stage, EVERY_STAGE)


class Denial(NamedTuple):
    """Why a client may not be what it asks for.

    Attributes:
        name: As the wire names it.
        detail: "expected X, got Y".
    """

    name: Literal["wrong_key", "key_too_soon", "not_granted"]
    detail: str


class Tokens:
    """Signs tokens, reads them again, and revokes them; what it must know lies in a folder."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Take a folder, which only this user may read, and a clock of seconds since 1970."""
        self._secret = kept(folder / "token-secret", new_secret)
        self._revoked = folder / "revoked-tokens"
        self._clock = clock

    def sign(self, role: Role, stage: str, seconds: float) -> tuple[str, Grant]:
        """Return a token that is good for so many seconds, and what it grants."""
        grant = Grant(
            role=role, stage=stage, exp=int(self._clock() + seconds), jti=secrets.token_hex(4)
        )
        import jwt  # brings cryptography, which takes its time; only tokens need it

        return jwt.encode(grant.model_dump(), self._secret, ALGORITHM), grant

    def read(self, token: str) -> Grant | None:
        """Return what a token grants; None if it is none of ours, is over, or was revoked."""
        import jwt

        try:
            claims = jwt.decode(
                token,
                self._secret,
                [ALGORITHM],
                options={"require": ["exp", "jti"], "verify_exp": False},
            )
            grant = Grant(**claims)
        except (jwt.InvalidTokenError, ValueError):
            return None
        alive = grant.exp > self._clock() and grant.jti not in self._names_revoked()
        return grant if alive else None

    def revoke(self, name: str) -> None:
        """Let the token of a name be good for nothing from now on."""
        with self._revoked.open("a") as file:
            file.write(f"{name}\n")

    def _names_revoked(self) -> list[str]:
        return self._revoked.read_text().split() if self._revoked.exists() else []


class Keyring:
    """The operator's key, and the tokens beside it; without a key anybody may do anything.

    Attributes:
        wrong: The wrong keys that were shown.
    """

    def __init__(
        self,
        key: str | None = None,
        tokens: Tokens | None = None,
        guests: Guests = "performer",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the key.

        Args:
            key: The operator's; None lets anybody operate.
            tokens: Reads tokens, if there are to be any.
            guests: What a client without a key may be.
            clock: Monotonic time in seconds.

        Raises:
            SetupError: If the key is empty, which anybody would know, or guests are held back
                where there is no key to tell them from others.
        """
        if key is not None and not key.strip():
            raise SetupError("expected a key of at least one character, got an empty one")
        if key is None and guests != "performer":
            raise SetupError(f"expected a key where guests may be {guests}, got none")
        self.wrong = WrongKeys()
        self._key, self._tokens, self._guests, self._clock = key, tokens, guests, clock

    def denial(self, key: str, role: Role, stage: str, address: str) -> Denial | None:
        """Return why a client may not be what it asks for; None if it may.

        A wrong key makes its address wait, and meanwhile no key of it is looked at.

        Args:
            key: The operator's key, or a token in its place; empty if none is shown.
            role: What it asks to be.
            stage: On which stage; empty for what concerns all of them.
            address: Where it comes from.
        """
        if self._asks_none(key, role):
            return None
        expected = f"expected a key that makes its holder {role}"
        if not key:
            return Denial("wrong_key", f"{expected}, got none")
        now = self._clock()
        if (wait := self.wrong.wait(address, now)) > 0:
            return Denial("key_too_soon", f"expected the next key in {wait:.0f} s, got one now")
        grant = self._read(key)
        if grant is None:
            self.wrong.count(address, now)
            _log.warning("wrong key", extra={"address": address, "count": self.wrong.total})
            return Denial("wrong_key", f"{expected}, got another")
        self.wrong.forgive(address)
        if not grant.covers(role, stage):
            got = f"got one for a {grant.role} of stage {grant.stage}"
            return Denial("not_granted", f"{expected} of stage {stage or EVERY_STAGE}, {got}")
        return None

    def still_grants(self, key: str, role: Role, stage: str) -> bool:
        """Tell whether a client that was let in may stay what it is: its token may be over by now.

        Args:
            key: The one that it showed, empty if none.
            role: What it is.
            stage: On which stage.
        """
        if self._asks_none(key, role):
            return True
        grant = self._read(key)
        return grant is not None and grant.covers(role, stage)

    def wrong_lately(self) -> int:
        """Return how many wrong keys were shown in the last minutes."""
        return self.wrong.lately(self._clock())

    def _asks_none(self, key: str, role: Role) -> bool:
        # A guest who shows a key asks to be measured by it, but to watch it is not needed.
        guest = _covers(self._guests, role) and (role == "viewer" or not key)
        return self._key is None or guest

    def _read(self, key: str) -> Grant | None:
        """Return what a key grants; None if it is wrong."""
        assert self._key is not None
        if hmac.compare_digest(key.encode(), self._key.encode()):
            return Grant(role="operator", stage=EVERY_STAGE, exp=0, jti="")
        return self._tokens.read(key) if self._tokens else None


def _covers(granted: Guests | Role, role: Role) -> bool:
    roles = get_args(Role)
    return granted != "nobody" and roles.index(granted) >= roles.index(role)


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return the text that a file keeps, made when there is none; only this user may read it.

    Raises:
        SetupError: If it can be neither read nor written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = path.with_suffix(f".{secrets.token_hex(4)}")
            made.touch(mode=0o600)
            made.write_text(make())
            with suppress(FileExistsError):  # of servers that share a folder, the first makes it
                os.link(made, path)
            made.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise SetupError(f"expected to keep {path}, got: {error.strerror}") from error


def new_key() -> str:
    """Return a key that nobody guesses and everybody can type."""
    return secrets.token_urlsafe(KEY_BYTES)


def new_secret() -> str:
    """Return a secret that signs, as text."""
    return secrets.token_hex(SECRET_BYTES)
