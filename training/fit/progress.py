"""A progress bar of an evaluation."""

from types import TracebackType

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class ShownProgress:
    """Shows on the terminal what is done, a line for each thing, with the time that is left."""

    def __init__(self) -> None:
        self._shown = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "ShownProgress":
        self._shown.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finish()
        self._shown.stop()

    def begin(self, doing: str, total: int) -> None:
        """Something begins that takes `total` steps, 0 if nobody knows."""
        self._finish()
        self._task = self._shown.add_task(doing, total=total or None)

    def advance(self, steps: int) -> None:
        """Some steps were done."""
        if self._task is not None:
            self._shown.advance(self._task, steps)

    def _finish(self) -> None:
        if self._task is not None:
            done = self._shown.tasks[self._task].completed or 1
            self._shown.update(self._task, total=done, completed=done)
