"""Puts a house together: models, stages, takes."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from motion.model.engine import Device
from server.capture.sources import Source
from server.interaction.model_registry import ModelShelf
from server.interaction.partner_pool import Troupe
from server.stages.scheduler import DEFAULT, House, Rules
from server.stages.stage import Services
from server.takes.folder import TakeFolder
from server.telemetry.faults import Faults
from server.wire.audience import SeatPolicy
from server.wire.messages import Controls


def open_house(
    models: Path, device: Device, takes: Path, rules: Rules, clock: Callable[[], float]
) -> House:
    """Return a house without stages.

    Args:
        models: Folder of the models.
        device: What they run on.
        takes: Folder of the takes.
        rules: How the house is run.
        clock: Monotonic time in seconds.
    """
    faults = Faults()
    shelf = ModelShelf.of(models, device, faults)
    recordings = TakeFolder(takes, models, rules.fps, lambda: datetime.now(UTC))
    services = Services(Troupe(shelf.engine, faults), shelf, faults, recordings.open)
    return House(services, rules, clock, lambda: secrets.token_urlsafe(16))


def first_controls(house: House, model: str, seed: int) -> Controls:
    """Return what a stage begins with: the model's first emotion, all else as usual.

    Raises:
        ModelContractError: If the model cannot be loaded.
    """
    contract = house.services.shelf.engine(model).contract
    return Controls(model=model, seed=seed, emotion={contract.emotions[0]: 1.0})


def make_default_stage(
    house: House, source: Source, model: str, seed: int, seat: SeatPolicy
) -> None:
    """Add the stage that is always there."""
    house.make(DEFAULT, source, first_controls(house, model, seed), seat)
