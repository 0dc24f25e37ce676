"""The cue lists of all stages: whoever lets a cue go, a console or a link, does it here."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from motion.errors import CueError
from server.broker.messages import Cued
from server.cues.cue_book import CueBook
from server.cues.cue_sheet import CueSheet, merged
from server.cues.timecode import TimecodeChase
from server.stages.stage import Stage
from server.telemetry.faults import Faults
from server.wire.messages import Cues


class CueDesk:
    """Opens the cue list of each stage when it is first asked for, and lets cues go."""

    def __init__(self, folder: Path, faults: Faults, clock: Callable[[], float]) -> None:
        """Begin with no list opened.

        Args:
            folder: Holds the lists, a file for each stage.
            faults: Counts lists that cannot be read.
            clock: Monotonic time in seconds.
        """
        self._folder, self._faults, self._clock = folder, faults, clock
        self._books: WeakKeyDictionary[Stage, CueBook] = WeakKeyDictionary()
        self._chases: WeakKeyDictionary[Stage, TimecodeChase] = WeakKeyDictionary()
        self._cued: WeakKeyDictionary[Stage, Cued | None] = WeakKeyDictionary()

    def book(self, stage: Stage) -> CueBook:
        """Return the cue list of a stage."""
        if stage not in self._books:
            self._books[stage] = book = CueBook(self._folder / f"{stage.name}.json")
            if book.damage:
                self._faults.count(f"cues of {stage.name}", CueError(book.damage))
        return self._books[stage]

    def go(self, stage: Stage, cue: str | int | None, now: float) -> None:
        """Let a cue go.

        Args:
            stage: Where it goes.
            cue: Its id, its place in the list counted from 1, or None for the one after the
                current.
            now: The server's clock, seconds.

        Raises:
            CueError: If there is no such cue.
            Refusal: If the stage does not accept its change.
        """
        book = self.book(stage)
        found = book.at(cue) if isinstance(cue, int) else book.find(cue)
        stage.set(found.set, now)
        book.note(found, now)
        self.tell(stage)

    def cued(self, stage: Stage) -> Cued | None:
        """Return the list of a stage, and its place, as other servers are told; None for no list.

        It is the same object until something changes, so that it may be asked for often.
        """
        if stage not in self._cued:
            book = self.book(stage)
            known = book.revision or book.sheet != CueSheet()
            sheet = book.sheet.model_dump_json()
            self._cued[stage] = Cued(sheet=sheet, current=book.current) if known else None
        return self._cued[stage]

    async def inherit(self, stage: Stage, cued: Cued) -> None:
        """Go on with the list of a stage that another server has lost.

        Raises:
            CueError: If it cannot be written.
        """
        book, sheet = self.book(stage), CueSheet.model_validate_json(cued.sheet)
        await asyncio.to_thread(book.inherit, sheet, cued.current, self._clock())
        self.tell(stage)

    def chase(self, stage: Stage, position: float, speed: float, now: float) -> None:
        """Take in a timecode that runs the list of a stage; see `TimecodeChase.tell`."""
        self._chases.setdefault(stage, TimecodeChase()).tell(position, speed, now)

    def before_tick(self) -> None:
        """Let go what timecodes have passed since the tick before."""
        now = self._clock()
        for stage, chase in list(self._chases.items()):
            book = self.book(stage)
            passed = chase.due(book.sheet.cues, now)
            if passed:
                book.note(passed[-1], now)
                self.tell(stage)
                with self._faults.survived(f"cues of {stage.name}"):
                    stage.set(merged(passed), now)

    def after_tick(self, _: Sequence[Stage]) -> None:
        """Take no note of new frames."""

    def tell(self, stage: Stage) -> None:
        """Tell all consoles that the list, or the place in it, has changed."""
        self._cued.pop(stage, None)
        stage.audience.send_all(Cues())
