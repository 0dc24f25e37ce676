"""A stage on which a take plays, to viewers who see it as they see any other stage."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from typing_extensions import override

from motion.errors import TakeError
from motion.model.contract import Contract
from motion.model.engine import Engine
from motion.partner.partner import Frame
from server.capture.landmarks import Sighting, SourceState
from server.capture.source_selector import SourceSelector
from server.capture.sources import BrowserSource
from server.interaction.frame_inputs import FrameInputs
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerHandle, PartnerInputs, PartnerPool
from server.stages.scheduler import DEFAULT, Scheduler, ServerSettings
from server.stages.stage import Services, Stage
from server.takes.playback import Playback
from server.takes.reader import Take
from server.takes.writer import TakeWriter
from server.telemetry.faults import Faults
from server.wire.audience import Audience
from server.wire.messages import Set
from server.wire.protocol import FrameMessage, Refusal, decode_frame

OF_PAGES = {"look", "placement"}
"""Controls that decide how frames are shown, not what is in them."""

PATIENCE = 60.0
"""Seconds for which a take waits at its first frame for somebody who watches."""


class ReplayStage(Stage):
    """Shows a take, from when somebody watches until it is over.

    Its controls are those of the recording; how pages look may be chosen.
    """

    def __init__(
        self,
        playback: Playback,
        services: Services,
        selector: SourceSelector,
        audience: Audience,
        name: str = DEFAULT,
    ) -> None:
        """Open the curtain.

        Args:
            playback: Not begun.
            services: Of a scheduler that knows the take's models.
            selector: Which see nobody.
            audience: Empty.
            name: Of the stage.
        """
        super().__init__(name, services, selector, audience, playback.take.header.controls)
        self._playback = playback
        self._joints = len(playback.take.header.skeleton.joints)
        self._chosen: dict[str, object] = {}
        self._sequence = 0
        self._opened: float | None = None
        self._plays = False

    @override
    def frame_inputs(self, now: float) -> FrameInputs:
        """Return the inputs of the recording that is due."""
        self._plays = self._plays or self._awaits_nobody(now)
        self._tick = self._playback.tick_due(now) if self._plays else self._playback.newest
        self.over = self._playback.over(now)
        recorded = self._tick.moment.controls
        self._model = recorded.model
        self.controls = recorded.model_copy(update={**self._chosen, "recording": False})
        return FrameInputs(now, None, self.controls)

    def _awaits_nobody(self, now: float) -> bool:
        """Tell whether somebody watches, or has been waited for long enough."""
        self._opened = now if self._opened is None else self._opened
        return self.audience.viewers > 0 or now - self._opened > PATIENCE

    @override
    def requests(self, inputs: FrameInputs) -> dict[PartnerHandle, PartnerInputs]:
        """Return nothing: nobody dances here."""
        return {}

    @override
    def compose(self, inputs: FrameInputs, frames: Mapping[PartnerHandle, Frame]) -> FrameMessage:
        """Return the frame of the recording, as of now."""
        recorded = decode_frame(self._tick.frame, self._joints)
        later = inputs.now - recorded.time
        captured = None if recorded.captured is None else recorded.captured + later
        frame = replace(recorded, sequence=self._sequence, time=inputs.now, captured=captured)
        self._sequence += 1
        return frame

    @override
    def set(self, wish: Set, now: float) -> None:
        """Set how pages look.

        Raises:
            Refusal: `invalid_message`, for all else.
        """
        others = sorted(wish.changes.keys() - OF_PAGES)
        if others:
            names = f"expected {' or '.join(sorted(OF_PAGES))}, got {', '.join(others)}"
            raise Refusal("invalid_message", f"{names}: here a take plays")
        self._chosen = self._chosen | wish.changes  # replaced, for two threads share it

    @override
    def take_up(self) -> None:
        raise Refusal("performer_absent", "expected a performer to take up, got a recorded one")


def replay_scheduler(playback: Playback, clock: Callable[[], float]) -> Scheduler:
    """Return a scheduler whose stage shows a take; it needs none of the take's models.

    Args:
        playback: Not begun.
        clock: Monotonic time in seconds.

    Raises:
        TakeError: If the take's model is not named in it.
    """
    settings = ServerSettings(fps=playback.take.header.fps)
    services = _services(playback.take, Faults())
    scheduler = Scheduler(services, settings, clock, _new_token)
    scheduler.stages[DEFAULT] = _staged(DEFAULT, playback, services, clock, None)
    return scheduler


def add_replay(
    scheduler: Scheduler, name: str, playback: Playback, clock: Callable[[], float]
) -> ReplayStage:
    """Let a take play in a scheduler, on a stage of its own.

    Args:
        scheduler: Which goes on as before.
        name: Of the stage, not that of another.
        playback: Not begun.
        clock: Monotonic time in seconds.

    Raises:
        TakeError: If the take's model is not named in it.
    """
    services = _services(playback.take, scheduler.services.faults)
    stage = _staged(name, playback, services, clock, scheduler.settings.operator_key)
    scheduler.stages[name] = stage
    return stage


def _services(take: Take, faults: Faults) -> Services:
    header = take.header
    if header.controls.model not in header.models:
        got = f"{header.controls.model!r} of {', '.join(header.models) or 'none'}"
        raise TakeError(f"{take.path}: expected a model that it names, got {got}")
    models = {name: _RecordedEngine(model.contract) for name, model in header.models.items()}
    registry = ModelRegistry(models.__getitem__, tuple(models), faults)
    return Services(PartnerPool(registry.engine, faults), registry, faults, _refuse_take)


def _staged(
    name: str,
    playback: Playback,
    services: Services,
    clock: Callable[[], float],
    operator_key: str | None,
) -> ReplayStage:
    selector = SourceSelector(
        _Nobody(playback.take.path.name), BrowserSource(clock), services.faults
    )
    audience = Audience("closed", operator_key, _new_token)
    return ReplayStage(playback, services, selector, audience, name)


def _new_token() -> str:
    return secrets.token_urlsafe(16)


def _refuse_take(*_: object) -> TakeWriter:
    raise TakeError("expected a live stage to record, got one where a take plays")


class _RecordedEngine(Engine):
    """A model of which only the contract is known; it never steps."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract


class _Nobody:
    """A source that delivers without ever seeing anybody."""

    state: SourceState = "delivering"
    detail = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def start(self) -> None:
        """Nothing to start."""

    def latest(self) -> Sighting | None:
        """Return None."""
        return None

    def close(self) -> None:
        """Nothing to close."""
