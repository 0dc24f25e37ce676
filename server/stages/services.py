"""What all stages of a server share."""

from collections.abc import Callable
from dataclasses import dataclass

from server.interaction.dance import Opening
from server.interaction.model_registry import ModelRegistry
from server.interaction.partner_pool import PartnerPool
from server.takes.writer import TakeWriter
from server.telemetry.faults import Faults


@dataclass(frozen=True, eq=False)
class Services:
    """What all stages of a server share.

    Attributes:
        pool: All partners; belongs to the scheduler's thread.
        registry: The models.
        faults: Counts what goes wrong.
        open_take: Begins a take of a stage, by name, from an opening.
    """

    pool: PartnerPool
    registry: ModelRegistry
    faults: Faults
    open_take: Callable[[str, Opening], TakeWriter]
