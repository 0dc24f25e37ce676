"""The stages of this server, told to relays over NATS; relays ask for what they missed."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.broker.connection import Broker, Handler, check_servers
from server.broker.forwarded import ForwardedRequest, answered
from server.broker.messages import (
    VIEWERS,
    Cued,
    News,
    Report,
    Told,
    Viewers,
    from_origin,
    to_origin,
)
from server.broker.origin_clock import encode_time
from server.broker.tick_frames import TickFrames, encode_tick
from server.sentence import Sentence
from server.stages.scheduler import Scheduler
from server.stages.stage import Known, Stage
from server.wire.messages import Refused, ServerHello
from server.wire.protocol import Refusal

_log = logging.getLogger("bhava")

NAME_BYTES = 4

GONE = 3.0
"""Seconds without a word of a relay after which its viewers count no more."""


@dataclass(frozen=True)
class BrokerSettings:
    """Where relays find this server.

    Attributes:
        servers: Addresses of NATS servers, of which any one serves.
        address: Where operators and performers find this server; empty if nobody has told it.
        takes_over: Whether stages of other servers that vanish come up here.
    """

    servers: tuple[str, ...]
    address: str = ""
    takes_over: bool = False

    @staticmethod
    def parse(text: str) -> "BrokerSettings | None":
        """Read addresses with commas between; none if there are none.

        Raises:
            SetupError: If one is none of a NATS server, or its client is not installed.
        """
        return BrokerSettings(tuple(check_servers(text))) if text else None


class Origin:
    """Tells relays the stages of a scheduler; belongs to the event loop.

    All frames of a tick go in one message, so that its cost hardly grows with relays or stages.

    Attributes:
        name: A word that no other origin is called by.
        withheld: By name of a stage, why relays are not told of it.
        listens: Whether it still hears what others show, and tells nothing.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        scheduler: Scheduler,
        clock: Callable[[], float],
        app: Any = None,
        name: str = "",
        cued: Callable[[Stage], Cued | None] = lambda _: None,
    ) -> None:
        """Begin without a connection.

        Args:
            settings: Where relays are found.
            scheduler: Has the stages.
            clock: Monotonic time in seconds; the frames' times are of it.
            app: Answers the audience's requests, by ASGI.
            name: A word that no other origin is called by; one is drawn if it is empty.
            cued: Gives the cue list of a stage, another one whenever it has changed.
        """
        self.name = name or secrets.token_hex(NAME_BYTES)
        self._settings, self._scheduler, self._clock = settings, scheduler, clock
        self._app, self._cued = app, cued
        self.withheld: dict[str, Sentence] = {}
        self.listens = False
        self._edition = 0
        self._known: dict[str, tuple[Stage, Known, Cued | None]] = {}
        self._told: list[bytes] = []
        self._frames: list[bytes] = []
        self._relays: dict[str, tuple[float, Mapping[str, int]]] = {}
        self._waiting = asyncio.Event()

    @property
    def handlers(self) -> dict[str, Handler]:
        """What it listens to, by subject."""
        return {
            to_origin(self.name, "report"): lambda *_: self.report().encoded(),
            to_origin(self.name, "request"): self._answer,
            to_origin(self.name, "clock"): lambda *_: encode_time(self._clock()),
            VIEWERS: lambda _, data: self.receive_viewers(Viewers.decoded(data)),
        }

    async def run(self) -> None:
        """Keep a connection, and send what there is, for ever."""
        broker = Broker(self._settings.servers, self.handlers, self._scheduler.services.faults)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(broker.run())
            while True:
                await self._waiting.wait()
                for subject, data in self.take():
                    await broker.publish(subject, data)

    def before_tick(self) -> None:
        """Count the viewers of all relays."""
        now = self._clock()
        self._relays = {id: seen for id, seen in self._relays.items() if now - seen[0] < GONE}
        for stage in self._scheduler.stages.values():
            stage.audience.elsewhere = sum(
                viewers.get(stage.name, 0) for _, viewers in self._relays.values()
            )

    def after_tick(self, shown: Sequence[Stage]) -> None:
        """Note what there is to send; frames that are not yet sent are replaced."""
        if self.listens:
            self._frames = []
            return
        self._note_changes()
        told = self._stages
        frames = [(stage.name, stage.encoded) for stage in shown if stage.name in told]
        self._frames = encode_tick(TickFrames(self._edition, frames))
        self._waiting.set()

    def take(self) -> list[tuple[str, bytes]]:
        """Return what is to be sent, each with its subject, and forget it."""
        told, frames = from_origin(self.name, "told"), from_origin(self.name, "frames")
        taken = [(told, data) for data in self._told] + [(frames, data) for data in self._frames]
        self._told, self._frames = [], []
        self._waiting.clear()
        return taken

    def report(self) -> Report:
        """Return all that a relay must know."""
        stages = self._stages
        cued = {name: self._cued(stage) for name, stage in stages.items()}
        return Report(
            edition=self._edition,
            address=self._settings.address,
            full=str(self._scheduler.refusal() or ""),
            stages=tuple(map(_hello, stages.values())),
            cued={name: cues for name, cues in cued.items() if cues is not None},
        )

    def receive_viewers(self, told: Viewers) -> None:
        """Note how many watch on a relay."""
        if told.relay not in self._relays:
            _log.info("relay came", extra={"relay": told.relay})
        self._relays[told.relay] = self._clock(), told.viewers

    def has_told(self, stage: str) -> bool:
        """Tell whether relays know of a stage."""
        return stage in self._known

    @property
    def _stages(self) -> dict[str, Stage]:
        """Those that relays are told of."""
        stages = self._scheduler.stages
        return {name: stages[name] for name in stages if name not in self.withheld}

    async def _answer(self, _: str, data: bytes) -> bytes:
        request = ForwardedRequest.decoded(data)
        return (await answered(self._app, request)).encoded()

    def _note_changes(self) -> None:
        stages = self._stages
        for name in self._known.keys() - stages.keys():
            del self._known[name]
            if name in self.withheld:
                continue  # it goes on, elsewhere
            ended = Refusal("stage_ended", f"expected stage {name}, which has ended")
            self._tell(name, Refused.from_refusal(ended))
        for name, stage in stages.items():
            before, known, heard = self._known.get(name, (None, None, None))
            cued = self._cued(stage)
            if before is stage and known is stage.told and heard is cued:
                continue  # as nearly always
            self._known[name] = stage, stage.told, cued
            for message in _news(stage, known if before is stage else None):
                self._tell(name, message)
            if cued is not None and cued is not heard:
                self._tell(name, cued)

    def _tell(self, stage: str, message: News) -> None:
        self._edition = (self._edition + 1) % 2**32
        told = Told(edition=self._edition, stage=stage, message=message)
        self._told.append(told.encoded())


def _hello(stage: Stage) -> ServerHello:
    return stage.hello("viewer", "")


def _news(stage: Stage, known: Known | None) -> list[News]:
    """Return what relays must be told of a stage that is not as they know it."""
    if known is None or known.model != stage.told.model:
        return [_hello(stage)]
    pairs = (known.controls, stage.told.controls), (known.status, stage.told.status)
    return [after for before, after in pairs if after is not None and after is not before]
