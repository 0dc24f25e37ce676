"""All that decides a frame."""

from dataclasses import dataclass

from server.capture.landmarks import Sighting
from server.wire.messages import Controls


@dataclass(frozen=True, eq=False)
class FrameInputs:
    """All that decides one frame of one stage.

    Attributes:
        now: The server's clock, seconds.
        sighting: The newest since the tick before, if there is one.
        controls: Resolved: fades applied.
        take_up: Whether a take-up was asked for since the tick before.
    """

    now: float
    sighting: Sighting | None
    controls: Controls
    take_up: bool = False
