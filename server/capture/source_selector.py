"""What a stage sees: a browser's landmarks while one sends them, else its own source's."""

from dataclasses import replace

from server.capture.landmarks import Sighting
from server.capture.sources import BrowserSource, Source
from server.telemetry.faults import Faults

SPAN = 1.0
"""Seconds before now within which a sighting counts as what its source says: clocks of browsers may
be wrong, and one far ahead would outdate all that follows."""


class SourceSelector:
    """Chooses between a configured source and browsers.

    Attributes:
        browser: Takes what a browser sends.
        newest: What was seen last; None before anything was.
    """

    def __init__(self, configured: Source, browser: BrowserSource, faults: Faults) -> None:
        self.browser = browser
        self.newest: Sighting | None = None
        self._configured, self._faults = configured, faults

    @property
    def source(self) -> Source:
        """Whose sightings count now."""
        return self.browser if self.browser.state == "delivering" else self._configured

    def latest(self, now: float) -> Sighting | None:
        """Return the newest sighting since the call before; a failing source only loses its own.

        Args:
            now: The server's clock, seconds.
        """
        try:
            # The configured source is asked even when it does not count: it may live on that.
            own = self._configured.latest()
            seen = own if self.source is self._configured else self.browser.latest()
        except Exception as error:
            self._faults.count("source", error)
            return None
        if seen is None:
            return None
        self.newest = replace(seen, time=min(max(seen.time, now - SPAN), now))
        return self.newest

    def close(self) -> None:
        """Stop the configured source."""
        self._configured.close()
