"""Where performers come from, and the sources that need a process or a browser."""

import multiprocessing
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal, Protocol

from server.capture import pose_process
from server.capture.landmarks import Sighting, SourceState
from server.capture.pose_process import Address, Report
from server.sentence import LostSourceError, Sentence

Clock = Callable[[], float]
SourceKind = Literal["demo", "browser", "camera", "video", "stream", "vmc", "take"]

GRAMMAR: dict[SourceKind, str] = {
    "demo": "demo",
    "browser": "browser",
    "camera": "camera:[0-9]{1,3}",
    "video": "video:.+",
    "stream": "rtsps?://[!-~]+",
    "vmc": "vmc:[!-~]+",
    "take": r"take:[^/\\\x00-\x1f]+\.take",
}
"""How a source of each kind is written, as a regular expression."""


def source_pattern(*kinds: SourceKind) -> str:
    """Return the regular expression of all sources of some kinds, and of nothing else."""
    return f"^({'|'.join(GRAMMAR[kind] for kind in kinds)})$"


@dataclass(frozen=True)
class SourceSpec:
    """Where the performer of a stage comes from.

    Attributes:
        kind: What it is.
        text: As it was written.
    """

    kind: SourceKind
    text: str

    @staticmethod
    def parse(text: str) -> "SourceSpec":
        """Read a specification.

        Args:
            text: `demo`, `browser`, `camera:N`, `video:PATH`, `rtsp://…`, `vmc:[HOST:]PORT` or
                `take:NAME`.

        Raises:
            SourceError: If it is of no known kind.
        """
        for kind, pattern in GRAMMAR.items():
            if re.fullmatch(pattern, text):
                return SourceSpec(kind, text)
        raise LostSourceError("source", got=repr(veiled(text)))

    @property
    def place(self) -> str:
        """Number of a camera, path of a video, port of VMC, or file name of a take."""
        return self.text.partition(":")[2]

    @property
    def name(self) -> str:
        """As everybody may see it: of a stream the host, of a video its file, of VMC the port.

        Cameras take passwords before the host, in the path and behind a question mark.
        """
        if self.kind == "stream":
            return f"{self.text.partition(':')[0]}://{_host(self.text)}"
        if self.kind == "vmc":
            return f"vmc:{self.place.partition('?')[0].rpartition(':')[2]}"
        return f"video:{Path(self.place).name}" if self.kind == "video" else self.text


def veiled(text: str) -> str:
    """Return a text without the rest behind `://`, which may hold a password."""
    return re.sub("://.*", "://…", text, flags=re.DOTALL)


def _host(address: str) -> str:
    """Return host and port of an address, without anything that comes before or behind them."""
    return re.split(r"[/?#\\]", address.partition("//")[2].rpartition("@")[2])[0] or "…"


class Source(Protocol):
    """A stream of landmarks that never blocks who reads it.

    Attributes:
        name: What was asked for, such as `demo` or `camera:0`.
    """

    name: str

    @property
    def state(self) -> SourceState:
        """Whether landmarks come. A lost source goes on trying."""

    @property
    def detail(self) -> Sentence | None:
        """Why it is lost; None otherwise."""

    def start(self) -> None:
        """Begin to deliver.

        Raises:
            SourceError: If it can never deliver, such as a video that cannot be opened.
        """

    def latest(self) -> Sighting | None:
        """Return the newest sighting since the previous call, or None; never blocks."""

    def close(self) -> None:
        """Stop and free everything; may be called at any time, also twice."""


class BrowserSource:
    """Landmarks that a browser sends; the session hands them in."""

    SILENCE = 2.0
    """Seconds without a message after which the browser counts as lost."""

    def __init__(self, clock: Clock) -> None:
        self.name = "browser"
        self._clock = clock
        self._heard: float | None = None
        self._newest: Sighting | None = None

    @property
    def state(self) -> SourceState:
        """Starting until the first message, lost when messages stop."""
        if self._heard is None:
            return "starting"
        return "lost" if self._clock() - self._heard > self.SILENCE else "delivering"

    @property
    def detail(self) -> Sentence | None:
        """Why it is lost."""
        if self.state != "lost":
            return None
        return Sentence.of("silent_browser", seconds=round(self.SILENCE))

    def receive(self, sighting: Sighting) -> None:
        """Take in what the browser sent; only the newest is kept."""
        self._heard = self._clock()
        self._newest = replace(sighting, ready=self._heard)

    def start(self) -> None:
        """Nothing to start: the browser connects by itself."""

    def latest(self) -> Sighting | None:
        """Return the newest sighting since the previous call, or None."""
        newest, self._newest = self._newest, None
        return newest

    def close(self) -> None:
        """Forget what was received."""
        self._heard = self._newest = None


class ProcessSource:
    """A camera, video or stream, watched by a process that is started again whenever it ends.

    What the process reports is read in `latest`, which is to be called often.
    """

    FIRST_REPORT = 20.0
    """Seconds that a video may take to be opened."""
    SILENCE = 30.0
    """Seconds without a report after which the process counts as stuck."""
    RESTART_DELAY = 1.0
    """Seconds between restarts of a process that keeps ending."""

    def __init__(self, name: str, address: Address, clock: Clock, people: int) -> None:
        self.name = name
        self.state: SourceState = "starting"
        self.detail: Sentence | None = None
        self._address = address
        self._people = people
        self._clock = clock
        self._running: tuple[BaseProcess, Connection] | None = None
        self._wanted = False
        self._newest: Sighting | None = None
        self._heard = self._began = float("-inf")

    @property
    def pid(self) -> int | None:
        """Number of the process, if one runs."""
        return self._running[0].pid if self._running else None

    @property
    def link(self) -> Connection | None:
        """Turns readable when there is something to read in `latest`."""
        return self._running[1] if self._running else None

    def start(self) -> None:
        """Start the process; wait for a video to be opened, but not for a camera.

        Raises:
            SourceError: If it is a video that cannot be opened.
        """
        self._wanted = True
        link = self._spawn()
        if self._address.kind != "video":
            return
        link.poll(self.FIRST_REPORT)
        self._read()
        if self.state == "lost":
            self.close()
            raise LostSourceError("video", reason=self.detail or "")

    def latest(self) -> Sighting | None:
        """Return the newest sighting since the previous call, or None; never blocks."""
        self._read()
        if self._wanted and not self._running:
            self._revive()
        newest, self._newest = self._newest, None
        return newest

    def close(self) -> None:
        """Hang up and see that the process ends."""
        self._wanted = False
        self._end(patience=1.0)

    def _spawn(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=pose_process.main,
            args=(theirs, self._address, self._people),
            name=self.name,
            daemon=True,
        )
        process.start()
        theirs.close()
        self._running = process, ours
        self._heard = self._began = self._clock()
        return ours

    def _read(self) -> None:
        """Take in every report that waits; the last one counts."""
        if self._running is None:
            return
        _, link = self._running
        try:
            while link.poll():
                self._receive(link.recv())
        except (EOFError, OSError):
            self._lose(Sentence.of("pose_process_ended"))
            return
        if self._clock() - self._heard > self.SILENCE:
            self._lose(Sentence.of("pose_process_stuck"))

    def _receive(self, report: Report) -> None:
        self._heard = self._clock()
        self.state, self.detail = report.state, report.detail
        self._newest = report.sighting or self._newest

    def _lose(self, why: Sentence) -> None:
        self._end(patience=0.0)
        self.state, self.detail = "lost", why

    def _revive(self) -> None:
        """Start the process again, but not more often than the delay says."""
        if self._clock() - self._began > self.RESTART_DELAY:
            self._spawn()

    def _end(self, patience: float) -> None:
        """Hang up, give the process some seconds to go by itself, and see that it has gone."""
        if self._running is None:
            return
        process, link = self._running
        self._running = None
        link.close()
        process.join(patience)
        process.kill()
        process.join()
        process.close()
