"""The folder of a server's takes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from motion.errors import BhavaError
from motion.model.contract import CONTRACT_FILE
from motion.skeleton import CANONICAL
from server.interaction.dance import Opening
from server.takes.take import Header, RecordedModel, take_name, this_build
from server.takes.writer import TakeWriter
from server.wire.messages import SkeletonMessage


def _readable(folders: Sequence[Path]) -> Iterator[tuple[str, RecordedModel]]:
    """Yield the models that can be read: a broken one is told where it is asked for."""
    for folder in folders:
        with suppress(BhavaError, OSError):
            yield folder.name, RecordedModel.from_folder(folder)


class TakeFolder:
    """Begins takes, each in a file of its own.

    Attributes:
        path: The folder, which is made with the first take.
    """

    def __init__(
        self, path: Path, models: Path, fps: float, wall_clock: Callable[[], datetime]
    ) -> None:
        """Take note of what is the same for all takes; reads the models' graphs.

        Args:
            path: The folder.
            models: Folder of the models.
            fps: Rate of the stages.
            wall_clock: Tells the time of day, with its zone.
        """
        self.path = path
        self._fps, self._wall_clock = fps, wall_clock
        folders = [found.parent for found in sorted(models.glob(f"*/{CONTRACT_FILE}"))]
        # Both are read beside what else a server starts with; the first frame waits for neither.
        with_files = ThreadPoolExecutor(1, "digests")
        self._models = with_files.submit(lambda: dict(_readable(folders)))
        self._build = with_files.submit(this_build)
        with_files.shutdown(wait=False)

    def open(self, stage: str, opening: Opening) -> TakeWriter:
        """Begin a take of a stage; returns at once, whatever the disk does."""
        started = self._wall_clock()
        header = Header(
            stage=stage,
            started=started,
            controls=opening.controls,
            sequence=opening.sequence,
            rules=opening.rules,
            models=self._models.result(),
            fps=self._fps,
            skeleton=SkeletonMessage.from_skeleton(CANONICAL),
            build=self._build.result(),
        )
        return TakeWriter(self.path / take_name(stage, started), header, opening.history)
