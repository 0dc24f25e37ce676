"""Logs what becomes of the stages; looks once a second, so that frames cost nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.sentence import Sentence
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage

_log = logging.getLogger("bhava")

PERIOD = 1.0
"""Seconds between two looks."""


@dataclass(frozen=True)
class _Seen:
    """What of a stage is told when it changes."""

    ready: bool
    source: str
    source_state: str
    source_detail: Sentence | None
    model: str
    take: str
    actions: dict[str, int]

    @staticmethod
    def from_stage(stage: Stage, now: float) -> "_Seen":
        source = stage.source
        return _Seen(
            stage.ready(now),
            source.name,
            source.state,
            source.detail,
            stage.report.model,
            stage.take,
            stage.actions,
        )


class Journal:
    """Notes what has changed between two looks at the stages."""

    def __init__(self) -> None:
        """Begin without having seen a stage."""
        self._seen: dict[str, tuple[Stage, _Seen]] = {}

    async def run(
        self,
        scheduler: Scheduler,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Look for ever."""
        while True:
            await sleep(PERIOD)
            self.log_changes(scheduler, clock())

    def log_changes(self, scheduler: Scheduler, now: float) -> None:
        """Log what has changed since the look before."""
        before, self._seen = self._seen, {}
        for name, stage in scheduler.stages.items():
            seen = _Seen.from_stage(stage, now)
            self._seen[name] = stage, seen
            last, known = before.pop(name, (None, None))
            if known is None or last is not stage:
                _tell("stage made", name, source=seen.source, model=seen.model)
            else:
                _tell_changes(name, known, seen)
        for name in before:
            _tell("stage ended", name)


def _tell_changes(name: str, before: _Seen, now: _Seen) -> None:
    if (now.source, now.source_state) != (before.source, before.source_state):
        level = logging.WARNING if now.source_state == "lost" else logging.INFO
        detail = {"detail": str(now.source_detail)} if now.source_detail else {}
        _tell(f"source {now.source_state}", name, level, source=now.source, **detail)
    if now.model != before.model:
        _tell("model switched", name, before=before.model, model=now.model)
    if before.take and now.take != before.take:
        _tell("take ended", name, take=before.take)
    if now.take and now.take != before.take:
        _tell("take begun", name, take=now.take)
    for action, count in now.actions.items():
        if count > before.actions[action]:
            _tell(f"partner {action}", name, times=count - before.actions[action])
    if now.ready != before.ready:
        level = logging.INFO if now.ready else logging.WARNING
        _tell("stage ready" if now.ready else "stage not ready", name, level)


def _tell(event: str, stage: str, level: int = logging.INFO, **fields: object) -> None:
    _log.log(level, event, extra={"stage": stage, **fields})
