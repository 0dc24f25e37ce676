"""A replayed show: a take plays on a stage, to viewers who see it as they see any other stage."""

import secrets
from collections.abc import Callable, Mapping
from typing import NoReturn

from motion.errors import TakeError
from motion.partner.partner import PartnerFrame
from server.access.keyring import Keyring
from server.capture.landmarks import Sighting
from server.interaction.frame_inputs import FrameInputs
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerHandle, PartnerInputs, PartnerPool
from server.sentence import Sentence, UnfitTakeError
from server.stages.scheduler import DEFAULT, Scheduler, ServerSettings
from server.stages.services import Services
from server.stages.show import ShowReport, SourceStatus
from server.stages.stage import Stage
from server.takes.playback import Playback
from server.takes.reader import Take
from server.telemetry.faults import Faults
from server.wire.audience import Audience
from server.wire.messages import Controls, Set
from server.wire.protocol import FrameMessage, Refusal, decode_frame

OF_PAGES = {"look", "placement"}
"""Controls that decide how frames are shown, not what is in them."""

LONGEST_WAIT = 60.0
"""Seconds for which a take waits at its first frame for somebody who watches."""


class ReplayShow:
    """Makes the frames of a take, from when somebody watches until it is over."""

    def __init__(self, playback: Playback, watched: Callable[[], bool]) -> None:
        """Stand before the first frame.

        Args:
            playback: Not begun.
            watched: Tells whether somebody watches, to whichever thread asks.

        Raises:
            TakeError: If the take's model is not named in it.
        """
        _check_model(playback.take)
        self._playback, self._watched = playback, watched
        self._tick = playback.newest
        self._joints = len(playback.take.header.skeleton.joints)
        self._sequence = 0
        self._opened: float | None = None
        self._plays = self._over = False

    @property
    def report(self) -> ShowReport:
        """How it is now: the recording's model and controls."""
        recorded = self._tick.moment.controls
        contract = self._playback.take.header.models[recorded.model].contract
        return ShowReport(recorded.model, contract, recorded=recorded, over=self._over)

    def frame_inputs(self, now: float) -> FrameInputs:
        """Go on to the tick of the recording that is due; nothing else decides the frame."""
        self._plays = self._plays or self._may_begin(now)
        self._tick = self._playback.tick_due(now) if self._plays else self._playback.newest
        self._over = self._playback.over(now)
        return FrameInputs(now, None, self._tick.moment.controls)

    def requests(self, _: FrameInputs) -> dict[PartnerHandle, PartnerInputs]:
        """Return nothing: nobody dances here."""
        return {}

    def compose(self, inputs: FrameInputs, _: Mapping[PartnerHandle, PartnerFrame]) -> FrameMessage:
        """Return the frame of the recording, as of now."""
        recorded = decode_frame(self._tick.frame, self._joints)
        later = inputs.now - recorded.time
        captured = None if recorded.captured is None else recorded.captured + later
        frame = recorded._replace(sequence=self._sequence, time=inputs.now, captured=captured)
        self._sequence += 1
        return frame

    def record(self, *_: object) -> None:
        """Keep nothing: it is recorded already."""

    def end(self) -> None:
        """Read no further; no partner dances and no file is written."""
        self._playback.close()

    def close(self) -> None:
        """Read no further; there is no source."""
        self.end()

    def _may_begin(self, now: float) -> bool:
        """Tell whether somebody watches, or has been waited for long enough."""
        self._opened = now if self._opened is None else self._opened
        return self._watched() or now - self._opened > LONGEST_WAIT


class ReplayControl:
    """Follows the controls of the recording; only how pages look may be chosen."""

    refused: Sentence | None = None
    sighting: Sighting | None = None

    def __init__(self, take: Take) -> None:
        self.models = tuple(take.header.models)
        self.source = SourceStatus(take.path.name, "delivering")
        self._recorded = take.header.controls
        self._chosen: dict[str, object] = {}

    @property
    def controls(self) -> Controls:
        """Those of the recording, with the looks that were chosen; nobody records or votes here."""
        over = {"recording": False, "voting": "closed"}
        return self._recorded.model_copy(update={**self._chosen, **over})

    def set(self, wish: Set, *_: object) -> None:
        """Set how pages look.

        Raises:
            Refusal: `invalid_message`, for all else.
        """
        others = sorted(wish.changes.keys() - OF_PAGES)
        if others:
            able, got = ", ".join(sorted(OF_PAGES)), ", ".join(others)
            raise Refusal("invalid_message", Sentence.of("replayed", able=able, got=got))
        self._chosen |= wish.changes

    def take_up(self, _: bool) -> NoReturn:
        """Refuse: the performer was there when the take was recorded.

        Raises:
            Refusal: `performer_absent`.
        """
        raise Refusal("performer_absent", Sentence.of("recorded_performer"))

    def hear_audience(self, *_: object) -> None:
        """Hear nothing: the audience of the recording has voted."""

    def resume(self, *_: object) -> None:
        """Go on with the recording."""

    def receive(self, _: Sighting) -> NoReturn:
        """Refuse: the seat of a stage where a take plays is closed.

        Raises:
            Refusal: `not_performer`.
        """
        raise Refusal("not_performer", Sentence.of("stage_of_take"))

    def settle(self, report: ShowReport) -> None:
        """Follow the recording."""
        self._recorded = report.recorded or self._recorded


def replay_scheduler(
    playback: Playback, clock: Callable[[], float], keyring: Keyring | None = None
) -> Scheduler:
    """Return a scheduler whose stage shows a take; it needs none of the take's models.

    Args:
        playback: Not begun.
        clock: Monotonic time in seconds.
        keyring: Tells who may do what; anybody may do anything without one.

    Raises:
        TakeError: If the take's model is not named in it.
    """
    faults = Faults()
    registry = ModelRegistry(_refuse_model, tuple(playback.take.header.models), faults)
    services = Services(PartnerPool(registry.engine, faults), registry, faults, _refuse_take)
    settings = ServerSettings(playback.take.header.fps, keyring=keyring or Keyring())
    scheduler = Scheduler(services, settings, clock, _new_token)
    scheduler.add(_stage_of(DEFAULT, playback))
    return scheduler


def add_replay(scheduler: Scheduler, name: str, playback: Playback) -> Stage:
    """Let a take play beside other stages, on one of its own.

    Args:
        scheduler: Steps the other stages.
        name: Name of the stage, not that of another.
        playback: Not begun.

    Raises:
        TakeError: If the take's model is not named in it.
    """
    stage = _stage_of(name, playback)
    scheduler.add(stage)
    return stage


def _stage_of(name: str, playback: Playback) -> Stage:
    audience = Audience("closed", _new_token)
    show = ReplayShow(playback, lambda: audience.viewers > 0)
    return Stage(name, show, ReplayControl(playback.take), audience)


def _check_model(take: Take) -> None:
    header = take.header
    if header.controls.model not in header.models:
        got = f"{header.controls.model!r} of {', '.join(header.models) or 'none'}"
        raise TakeError(f"{take.path}: expected a model that the take names, got {got}")


def _new_token() -> str:
    return secrets.token_urlsafe(16)


def _refuse_model(name: str) -> NoReturn:
    raise UnfitTakeError("dancing_server", model=name)


def _refuse_take(*_: object) -> NoReturn:
    raise UnfitTakeError("live_stage")
