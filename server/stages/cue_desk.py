"""The cue lists of all stages: whoever lets a cue go, a console or a link, does it here."""

from pathlib import Path
from weakref import WeakKeyDictionary

from motion.errors import CueError
from server.cues.cue_book import CueBook
from server.stages.stage import Stage
from server.telemetry.faults import Faults
from server.wire.messages import Cues


class CueDesk:
    """Opens the cue list of each stage when it is first asked for, and lets cues go."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        """Begin with no list opened.

        Args:
            folder: Holds the lists, a file for each stage.
            faults: Counts lists that cannot be read.
        """
        self._folder, self._faults = folder, faults
        self._books: WeakKeyDictionary[Stage, CueBook] = WeakKeyDictionary()

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

    def tell(self, stage: Stage) -> None:
        """Tell all consoles that the list, or the place in it, has changed."""
        stage.audience.send_all(Cues())
