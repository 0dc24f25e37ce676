"""Ballots: signed, so that nobody makes one up, and nothing about a person is kept.

References:
    RFC 7519, "JSON Web Token". PyJWT takes a token without `exp` for good unless it is required.
"""

import secrets
from collections.abc import Callable

from server.access.keyring import ALGORITHM
from server.crowd.refusal import BallotRefusal

LIFETIME = 6 * 3600.0
"""Seconds for which a ballot is valid: an evening."""

ID_BYTES = 9


class Ballots:
    """Signs ballots and reads them again."""

    def __init__(self, secret: str, clock: Callable[[], float]) -> None:
        """Take what is needed to sign.

        Args:
            secret: Key that signs ballots alone, so that none passes for an operator's token.
            clock: Seconds since 1970: a ballot outlives a restart of the server.
        """
        self._secret, self._clock = secret, clock

    def sign(self, stage: str) -> str:
        """Return a new ballot of a stage."""
        import jwt  # brings cryptography, which takes its time; only ballots need it

        voter, until = secrets.token_urlsafe(ID_BYTES), int(self._clock() + LIFETIME)
        return jwt.encode({"aud": stage, "sub": voter, "exp": until}, self._secret, ALGORITHM)

    def read(self, ballot: str, stage: str) -> str:
        """Return the name of the voter, which tells nothing but voters apart.

        Raises:
            BallotRefusal: `forged_ballot`, `foreign_ballot` or `late_ballot`.
        """
        import jwt

        try:
            claims = jwt.decode(
                ballot,
                self._secret,
                [ALGORITHM],
                options={
                    "require": ["aud", "sub", "exp"],
                    "verify_exp": False,
                    "verify_aud": False,
                },
            )
            voter, of, until = str(claims["sub"]), claims["aud"], float(claims["exp"])
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise BallotRefusal("forged_ballot", f"expected a ballot, got: {error}") from error
        if of != stage:
            raise BallotRefusal("foreign_ballot", f"expected a ballot of {stage}, got {of!r:.80}")
        if (late := self._clock() - until) >= 0:
            raise BallotRefusal("late_ballot", f"expected a valid ballot, got one {late:.0f} s old")
        return voter
