"""All stages of a server, and the one scheduler that steps them together."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import NamedTuple, Protocol

from motion.partner.partner import PartnerFrame
from server.access.keyring import Keyring
from server.capture.source_selector import SourceSelector
from server.capture.sources import BrowserSource, Source
from server.interaction.fade import Fade
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerHandle, PartnerInputs
from server.sentence import NoRoomError, Sentence, TakenNameError
from server.stages.lateness import Lateness, Overload
from server.stages.live_control import LiveControl
from server.stages.live_show import LiveShow, Orders
from server.stages.pacer import ticks
from server.stages.services import Services
from server.stages.show import ShowReport
from server.stages.stage import Stage
from server.stages.tick_phase import TickPhase
from server.stages.tick_times import TickTimes, turn
from server.telemetry.metrics import Metrics
from server.wire.audience import PERFORMERS_CONTROLS, Audience
from server.wire.messages import Controls, Refused
from server.wire.protocol import FrameMessage, Refusal, encode_frames
from server.wire.seat import SeatPolicy

_log = logging.getLogger("bhava")

DEFAULT = "default"
"""Name of the stage that is always there."""

FRAME_RATE = 30
"""Frames per second of a server that is not told otherwise."""

FULL = 0.7
"""Share of the time between two frames that a tick may take; the rest is for viewers, and for what
else the machine does."""

TURNS = 240
"""A multiple of the frames per step of any model."""


@dataclass(frozen=True)
class ServerSettings:
    """How a server runs its stages.

    Attributes:
        fps: Frames per second.
        most_stages: How many stages there may be.
        keyring: Tells who may do what.
        performers_controls: Controls that a performer in a browser may set as well.
    """

    fps: float = float(FRAME_RATE)
    most_stages: int = 64
    keyring: Keyring = field(default_factory=Keyring)
    performers_controls: frozenset[str] = PERFORMERS_CONTROLS


class Attendant(Protocol):
    """Who acts between the ticks, in the event loop, such as the links to instruments."""

    def before_tick(self) -> None:
        """Change stages before their next frames."""

    def after_tick(self, shown: Sequence["Stage"]) -> None:
        """Take note of stages that have new frames."""


class StageFrame(NamedTuple):
    """What a tick makes of one stage: handed from the scheduler's thread to the event loop."""

    stage: Stage
    frame: FrameMessage
    encoded: bytes
    report: ShowReport


class Scheduler:
    """The stages of a server.

    Attributes:
        stages: By name; replaced as a whole, so that whoever goes through it sees one state.
        times: What ticks took.
        lateness: How punctual all ticks are.
        metrics: For Prometheus.
        attendants: Act between the ticks; one that fails harms nobody.
        elsewhere: Tells the address at which another server shows a stage; empty if none does.
    """

    def __init__(
        self,
        services: Services,
        settings: ServerSettings,
        clock: Callable[[], float],
        new_token: Callable[[], str],
    ) -> None:
        """Begin without stages.

        Args:
            services: That its stages share.
            settings: Hold for all stages.
            clock: Monotonic time in seconds.
            new_token: Gives a token that nobody can guess.
        """
        self.services, self.settings = services, settings
        self.stages: dict[str, Stage] = {}
        self.times = TickTimes(settings.fps)
        self._phase = TickPhase(settings.fps)
        self.lateness = Lateness()
        self._overload = Overload()
        self.metrics = Metrics()
        self.attendants: list[Attendant] = []
        self.elsewhere: Callable[[str], str] = lambda _: ""
        self._due: float | None = None
        self._thought = 0.0
        self._ticks = 0
        self._clock, self._new_token = clock, new_token
        self._ended: list[Stage] = []
        self._coming: set[str] = set()
        self._changing = Lock()

    def stage(self, name: str) -> Stage:
        """Return a stage.

        Raises:
            Refusal: `unknown_stage`.
        """
        if name not in self.stages:
            names, place = ", ".join(self.stages), self.elsewhere(name)
            shown = f", which {place} shows" if place else ""
            raise Refusal("unknown_stage", f"expected a stage of {names}, got {name!r}{shown}")
        return self.stages[name]

    def refusal(self, measured: bool = True) -> Sentence | None:
        """Return why no further stage is let in; None if one is.

        Args:
            measured: Whether the time of a tick decides as well: not where a take plays, which
                costs hardly any, and not for a stage that would otherwise be shown nowhere.
        """
        return self._refusal(len(self.stages.keys() | self._coming), measured)

    def _refusal(self, count: int, measured: bool) -> Sentence | None:
        if count >= self.settings.most_stages:
            return Sentence.of("stages", most=self.settings.most_stages)
        limit = FULL * 1000 / self.settings.fps
        expected = 1000 * self.times.expected(count + 1)
        if measured and count and expected > limit:
            most, got = f"{limit:.1f}", f"{expected:.1f}"
            return Sentence.of("tick_time", most=most, got=got, stages=count + 1)
        return None

    @contextmanager
    def place(self, name: str, measured: bool = True) -> Iterator[None]:
        """Keep the place of a stage while it is set up: those who come meanwhile count it.

        Args:
            name: Name of the stage.
            measured: As for `refusal`.

        Raises:
            TakenNameError: If there is one of the name, or will be.
            NoRoomError: With the reason.
        """
        with self._changing:
            if name in self.stages.keys() | self._coming:
                raise TakenNameError("taken_name", got=name)
            if why := self.refusal(measured):
                raise NoRoomError(why.key, **why.values)
            self._coming.add(name)
        try:
            yield
        finally:
            with self._changing:
                self._coming.discard(name)

    def draw_seed(self) -> int:
        """Return a seed for a further stage.

        A partner thinks at a time within its token that its seed tells.
        """
        return secrets.randbits(20) * TURNS + turn(len(self.stages), self._ticks) % TURNS

    def make(
        self,
        name: str,
        source: Source,
        controls: Controls,
        seat: SeatPolicy,
        measured: bool = True,
    ) -> Stage:
        """Add a stage.

        Args:
            name: Not that of another.
            source: Started.
            controls: At the start.
            seat: What happens to a performer when there is another.
            measured: As for `refusal`.

        Raises:
            NoRoomError: With the reason.
        """
        others = self.stages.keys() | self._coming - {name}
        if why := self._refusal(len(others), measured):
            raise NoRoomError(why.key, **why.values)
        self.services.registry.engine(controls.model)  # raises before there is a stage
        browser = source if isinstance(source, BrowserSource) else BrowserSource(self._clock)
        selector = SourceSelector(source, browser, self.services.faults)
        orders = Orders(Fade(controls))
        stage = Stage(
            name,
            LiveShow(name, self.services, selector, orders),
            LiveControl(name, self.services, selector, orders),
            Audience(seat, self._new_token, self.settings.performers_controls),
        )
        self.add(stage)
        return stage

    def add(self, stage: Stage) -> None:
        """Step a stage from the next tick on, whatever is shown there."""
        with self._changing:
            self.stages = {**self.stages, stage.name: stage}

    def end(self, name: str) -> None:
        """End a stage: its clients are told and shown out, its take is closed.

        Raises:
            Refusal: `unknown_stage`.
        """
        with self._changing:
            stage = self.stage(name)
            self.stages = {key: other for key, other in self.stages.items() if key != name}
        stage.audience.dismiss(Refusal("stage_ended", f"expected stage {name}, which has ended"))
        self._ended.append(stage)

    def note_refusal(self, refused: Refused) -> None:
        """Count a client's message that was refused."""
        self.metrics.refusals.labels(refused.name).inc()
        _log.debug("refused", extra={"refusal": refused.name, "detail": refused.detail})

    def close(self) -> None:
        """Tell everybody that the show is over."""
        for stage in self.stages.values():
            stage.close()

    def tick(self, now: float, stages: Sequence[Stage]) -> list[StageFrame]:
        """Step stages together, each model called once; runs in a thread of its own.

        Args:
            now: The server's clock, seconds.
            stages: Some of this scheduler's.

        Returns:
            What is made of each; one that fails is missing, and the others do not notice.
        """
        self._let_go()
        began = self._clock()
        asking: list[tuple[Stage, FrameInputs]] = []
        requests: dict[PartnerHandle, PartnerInputs] = {}
        for stage in stages:
            # What fails on one stage costs its frame alone: all others are stepped on.
            try:
                inputs = stage.show.frame_inputs(now)
                requests |= stage.show.requests(inputs)
                asking.append((stage, inputs))
                if inputs.sighting is not None and inputs.sighting.ready is not None:
                    self._phase.note(inputs.sighting.ready)
            except Exception as error:
                self._lose_frame(stage, error)
        with self.metrics.steps.time():
            frames = self.services.pool.advance(requests)
        made = self._stage_frames(asking, frames)
        thought, self._thought = self._thought, 0.0
        took = self._clock() - began
        self._ticks += 1
        self.times.count(took, thought, len(stages))
        self.metrics.ticks.observe(took + thought)
        return made

    def think_ahead(self) -> None:
        """Let the partners think, once a tick's frames are on their way; runs in its thread."""
        began = self._clock()
        self.services.pool.think_ahead()
        self._thought = self._clock() - began

    def _stage_frames(
        self,
        asking: Sequence[tuple[Stage, FrameInputs]],
        frames: Mapping[PartnerHandle, PartnerFrame],
    ) -> list[StageFrame]:
        """Compose the frames of stages, and encode them together: one call costs less than many."""
        composed: list[tuple[Stage, FrameInputs, FrameMessage]] = []
        for stage, inputs in asking:
            try:
                composed.append((stage, inputs, stage.show.compose(inputs, frames)))
            except Exception as error:
                self._lose_frame(stage, error)
        made: list[StageFrame] = []
        encoded: list[bytes] = []
        with self.services.faults.survived("encoding"):
            encoded = encode_frames([frame for _, _, frame in composed])
        for (stage, inputs, frame), message in zip(composed, encoded, strict=False):
            try:
                stage.show.record(inputs, message)
                made.append(StageFrame(stage, frame, message, stage.show.report))
            except Exception as error:
                self._lose_frame(stage, error)
        return made

    def _lose_frame(self, stage: Stage, error: Exception) -> None:
        self.services.faults.count(f"stage {stage.name}", error)

    def _let_go(self) -> None:
        """Close the shows of stages that ended; here, since their partners are this thread's."""
        while self._ended:
            self._ended.pop().show.close()

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Let all stages give their frames, at their rate, for ever.

        The work of a tick is done in one thread of its own: a slow model then costs its own frames
        only, and the hand-over (0.1 ms) is small beside a frame's 33 ms.
        """
        loop = asyncio.get_running_loop()
        try:
            with ThreadPoolExecutor(1, "scheduler") as worker:
                async for now in ticks(self.settings.fps, self._clock, sleep, self._phase.move):
                    for attendant in self.attendants:
                        with self.services.faults.survived("attendants"):
                            attendant.before_tick()
                    stages = list(self.stages.values())
                    made = await loop.run_in_executor(worker, self.tick, now, stages)
                    self._publish(made, now)
                    await loop.run_in_executor(worker, self.think_ahead)
        finally:
            for stage in self.stages.values():
                stage.show.end()

    def _publish(self, made: Sequence[StageFrame], now: float) -> None:
        lateness = self._clock() - now
        late = lateness > 1.0 / self.settings.fps
        self.lateness.count(late)
        if self._overload.begins(self.lateness.share):
            _log.warning(
                "this machine is too slow for its settings: frames stutter; have fewer stages or "
                "partners, a lower --people, or nothing else running",
                extra={"late": f"{self.lateness.share:.0%}", "stages": len(self.stages)},
            )
        self.metrics.lateness.observe(lateness)
        if self._due is not None:  # the pacer leaves out the ticks that a slow one overran
            self.metrics.skipped.inc(round((now - self._due) * self.settings.fps) - 1)
        self._due = now
        for stage, frame, encoded, report in made:
            stage.lateness.count(late)
            if self.stages.get(stage.name) is stage:
                with self.services.faults.survived(f"audience of {stage.name}"):
                    stage.publish(frame, encoded, report)
                if report.over:
                    self.end(stage.name)
        for attendant in self.attendants:
            with self.services.faults.survived("attendants"):
                attendant.after_tick([each.stage for each in made])
