"""Who may operate: whoever knows the key, or holds a token that it signed.

References:
    RFC 7519, "JSON Web Token". PyJWT takes a token without `exp` for good unless it is required.
"""

import hmac
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel

from motion.errors import SetupError

ALGORITHM = "HS256"
EVERY_STAGE = "*"
"""As the stage of a token: it is good for all of them."""
KEY_BYTES = 12
SECRET_BYTES = 32


class Grant(BaseModel):
    """What a token grants.

    Attributes:
        role: What its holder may be; only operators need one today.
        stage: On which stage; `*` is every stage.
        exp: Until when, seconds since 1970.
        jti: Name of the token, by which it is revoked.
    """

    role: str
    stage: str
    exp: int
    jti: str


class Tokens:
    """Signs tokens, reads them again, and revokes them; what it must know lies in a folder."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Take a folder, which only this user may read, and a clock of seconds since 1970."""
        self._secret = kept(folder / "token-secret", lambda: secrets.token_hex(SECRET_BYTES))
        self._revoked = folder / "revoked-tokens"
        self._clock = clock

    def sign(self, role: str, stage: str, seconds: float) -> tuple[str, Grant]:
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
    """The operator's key, and the tokens that stand for it; without a key anybody may operate."""

    def __init__(self, key: str | None = None, tokens: Tokens | None = None) -> None:
        """Take the key.

        Raises:
            SetupError: If the key is empty, which anybody would know.
        """
        if key is not None and not key.strip():
            raise SetupError("expected a key of at least one character, got an empty one")
        self._key = key
        self._tokens = tokens

    def lets_operate(self, key: str, stage: str) -> bool:
        """Tell whether who shows a key, or a token in its place, may operate a stage."""
        if self._key is None or hmac.compare_digest(key.encode(), self._key.encode()):
            return True
        grant = self._tokens.read(key) if self._tokens else None
        return (
            grant is not None and grant.role == "operator" and grant.stage in (stage, EVERY_STAGE)
        )


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return the text that a file keeps, made when there is none; only this user may read it.

    Raises:
        SetupError: If it can be neither read nor written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text().strip()
    except OSError as error:
        raise SetupError(f"expected to keep {path}, got: {error.strerror}") from error


def new_key() -> str:
    """Return a key that nobody guesses and everybody can type."""
    return secrets.token_urlsafe(KEY_BYTES)
