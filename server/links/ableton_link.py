"""The tempo of an Ableton Link session, followed and never set."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

from server.links.desk import Desk
from server.links.link import Link
from server.links.patch import Pending, StageView
from server.sentence import OpenError, Sentence

QUANTUM = 4.0
"""Beats of a bar."""

MOVED = 0.0005
"""Seconds by which a beat must have moved to be told: half of what a beat may be wrong."""


class Heard(NamedTuple):
    """A session at a moment.

    Attributes:
        peers: Others in it.
        bpm: Its tempo.
        phase: Beats since a bar began, in [0, 4).
    """

    peers: int
    bpm: float
    phase: float


class Session:
    """A session of the library, entered when this is made.

    Link's clock is not the server's, and the two drift apart; so the session is only ever asked
    about now.
    """

    def __init__(self) -> None:
        """Enter it.

        Raises:
            OpenError: If the library is not installed.
        """
        try:
            library = import_module("link")
        except ImportError:
            raise OpenError(
                "package",
                package="LinkPython-extern",
                licence="GPL 2 or later",
                remedy="pip install 'bhava[ableton-link]'",
            ) from None
        self._link: Any = library.Link(120.0)
        self._link.enabled = True

    def read(self) -> Heard:
        """Return how the session is now."""
        state = self._link.captureSessionState()
        phase = state.phaseAtTime(self._link.clock().micros(), QUANTUM)
        return Heard(self._link.numPeers(), state.tempo(), phase)

    def leave(self) -> None:
        """Leave it."""
        self._link.enabled = False


class AbletonLink(Link):
    """Sets the beat of a stage while its tempo is that of Link."""

    def __init__(self, stage: str, desk: Desk, enter: Callable[[], Session] = Session) -> None:
        """Begin outside of any session.

        Args:
            stage: Name of the stage.
            desk: Changes stages.
            enter: Enters a session; may raise OpenError.
        """
        super().__init__(f"ableton-link {stage}")
        self._stage, self._desk, self._enter = stage, desk, enter
        self._session: Session | None = None
        self._told: tuple[float, float] | None = None

    async def open(self) -> None:
        """Enter the session of this network."""
        self._session = self._enter()

    def close(self) -> None:
        """Leave the session."""
        if self._session is not None:
            self._session.leave()
            self._session = None

    def flush(self) -> None:
        """Hear the session, where the stage goes by it."""
        for stage in self._desk.stages():
            if stage.name == self._stage and self._session is not None:
                heard, now = self._session.read(), self._desk.clock()
                self.traffic.newest = Sentence.of(
                    "tempo_heard", bpm=f"{heard.bpm:.1f}", peers=heard.peers
                )
                self._tell(stage, heard, now)

    def _tell(self, stage: StageView, heard: Heard, now: float) -> None:
        if stage.controls.tempo != "link" or heard.peers == 0:
            self._told = None
            return
        at = now - heard.phase * 60.0 / heard.bpm
        if self._told is None or abs(drift(self._told, (heard.bpm, at), now)) > MOVED:
            self._told = heard.bpm, at
            self.traffic.received += 1
            beat = {"bpm": heard.bpm, "at": at, "by": "link"}
            self._desk.carry_out({stage.name: Pending({"beat": (beat, 0.0)})}, self.traffic)


def drift(told: tuple[float, float], beat: tuple[float, float], now: float) -> float:
    """Return how far the beats of two tempi are apart a bar from now, seconds.

    Args:
        told: Beats a minute, and when a bar began.
        beat: The same.
        now: The clock of both.
    """
    later = now + QUANTUM * 60.0 / beat[0]
    phases = [(later - at) * bpm / 60.0 % QUANTUM for bpm, at in (told, beat)]
    apart = (phases[1] - phases[0] + QUANTUM / 2) % QUANTUM - QUANTUM / 2
    return apart * 60.0 / beat[0]
