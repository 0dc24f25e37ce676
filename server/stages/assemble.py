"""Puts together what stages need: models, takes, and the scheduler that steps them."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from server.capture.sources import Source, SourceSpec
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerPool
from server.stages.scheduler import DEFAULT, Scheduler, ServerSettings
from server.stages.services import Services
from server.takes.folder import TakeFolder
from server.wire.messages import Controls
from server.wire.seat import SeatPolicy


def open_scheduler(
    models: Path,
    registry: ModelRegistry,
    takes: Path,
    settings: ServerSettings,
    clock: Callable[[], float],
) -> Scheduler:
    """Return a scheduler without stages.

    Args:
        models: Folder of the models.
        registry: The models in it.
        takes: Folder of the takes.
        settings: Set for the whole server.
        clock: Monotonic time in seconds.
    """
    faults = registry.faults
    recordings = TakeFolder(takes, models, settings.fps, lambda: datetime.now(UTC))
    services = Services(PartnerPool(registry.engine, faults), registry, faults, recordings.open)
    return Scheduler(services, settings, clock, lambda: secrets.token_urlsafe(16))


def first_controls(scheduler: Scheduler, model: str, seed: int) -> Controls:
    """Return what a stage begins with: the model's first emotion, all else as usual.

    Raises:
        ModelContractError: If the model cannot be loaded.
    """
    contract = scheduler.services.registry.engine(model).contract
    return Controls(model=model, seed=seed, emotion={contract.emotions[0]: 1.0})


def usual_seat(spec: SourceSpec) -> SeatPolicy:
    """Return who may perform in a browser beside a source, unless it is said otherwise.

    A visitor may step in for nobody and for the demo, never for a performer of the server's own.
    """
    return "refuse" if spec.kind in ("browser", "demo") else "closed"


def make_default_stage(
    scheduler: Scheduler, source: Source, model: str, seed: int, seat: SeatPolicy
) -> None:
    """Add the stage that is always there."""
    scheduler.make(DEFAULT, source, first_controls(scheduler, model, seed), seat)
