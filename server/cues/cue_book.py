"""The cue list of one stage, kept in a file that is whole at any time."""

from pathlib import Path

from motion.errors import CueError
from server.cues.cue_sheet import Cue, CueSheet
from server.kept_file import KeptFile
from server.sentence import MissingCueError


class CueBook:
    """What is prepared for a stage, and where its show is.

    Attributes:
        revision: How often it was saved since this was opened.
        current: Id of the cue that went last; None before the first.
        went: The server's clock when it did, seconds.
    """

    def __init__(self, path: Path) -> None:
        """Open a book; where there is no file, or a damaged one, it is empty.

        Args:
            path: The file, which is made with the first save.
        """
        self._file = KeptFile(path, CueSheet(), "a cue list")
        self.revision = 0
        self.current: str | None = None
        self.went: float | None = None

    @property
    def sheet(self) -> CueSheet:
        """The sheet as it was saved last."""
        return self._file.content

    @property
    def damage(self) -> str:
        """Why the file could not be read; empty if it could."""
        return self._file.damage

    def save(self, sheet: CueSheet) -> None:
        """Put a sheet in the place of the one before; a damaged file is kept beside it.

        Raises:
            CueError: If it cannot be written; all stays as it was.
        """
        try:
            self._file.save(sheet)
        except OSError as error:
            raise CueError(str(error)) from error
        self.revision += 1

    def inherit(self, sheet: CueSheet, current: str | None, now: float) -> None:
        """Take the place of a book on another server; a file of another content is kept beside it.

        Args:
            sheet: As it was there.
            current: Id of the cue that went last there; None before the first.
            now: The server's clock, seconds.

        Raises:
            CueError: If it cannot be written; all stays as it was.
        """
        if sheet != self.sheet:
            try:
                self._file.copy_aside()
            except OSError as error:
                raise CueError(str(error)) from error
            self.save(sheet)
        self.current, self.went = current, None if current is None else now

    def find(self, cue: str | None) -> Cue:
        """Return the cue of an id, a name or a place in digits; None is the one after the current.

        Raises:
            CueError: If there is none.
        """
        if cue is None:
            return self._following()
        for found in self.sheet.cues:
            if cue in (found.id, found.name):
                return found
        if cue.isascii() and cue.isdigit() and len(cue) < 10:
            return self.at(int(cue))
        raise MissingCueError("cue", got=cue[:40])

    def at(self, place: int) -> Cue:
        """Return the cue at a place in the list, counted from 1.

        Raises:
            CueError: If the list is shorter.
        """
        if not 1 <= place <= len(self.sheet.cues):
            raise MissingCueError("cue_place", count=len(self.sheet.cues), got=place)
        return self.sheet.cues[place - 1]

    def note(self, cue: Cue, now: float) -> None:
        """Remember that a cue went.

        Args:
            cue: A cue of the sheet.
            now: The server's clock, seconds.
        """
        self.current, self.went = cue.id, now

    def _following(self) -> Cue:
        ids = [cue.id for cue in self.sheet.cues]
        at = ids.index(self.current) + 1 if self.current in ids else 0
        if at == len(ids):
            raise MissingCueError("cue_after", count=len(ids))
        return self.sheet.cues[at]
