"""The code that opens a ballot: it stands on the stage page, and soon another does."""

import hmac
from collections.abc import Callable

from server.crowd.refusal import BallotRefusal

PERIOD = 30.0
"""Seconds for which a code is shown; for as long again it is still valid."""

REMEMBERED = 60
"""Periods after which a code that was late is as good as one that never was."""


class RollingCode:
    """A code that changes every half minute."""

    def __init__(self, new_code: Callable[[], str]) -> None:
        """Begin without one.

        Args:
            new_code: Gives a code that nobody can guess.
        """
        self._new_code = new_code
        self._codes: dict[int, str] = {}  # by period, the newest last

    def current(self, now: float) -> str:
        """Return the code to show at a time, in seconds."""
        period = int(now // PERIOD)
        if period not in self._codes:
            self._codes[period] = self._new_code()
            self._codes = {p: c for p, c in self._codes.items() if p > period - REMEMBERED}
        return self._codes[period]

    def check(self, code: str, now: float) -> None:
        """Accept a code that is or was just shown.

        Raises:
            BallotRefusal: `late_code` or `wrong_code`.
        """
        given = code.encode()
        shown = [
            p for p, known in self._codes.items() if hmac.compare_digest(known.encode(), given)
        ]
        if not shown:
            raise BallotRefusal("wrong_code", f"expected a code of this stage, got {code[:20]!r}")
        if shown[0] < now // PERIOD - 1:
            late = now - (shown[0] + 1) * PERIOD
            raise BallotRefusal("late_code", f"expected the code of now, got one {late:.0f} s old")
