"""All that decides a frame."""

from typing import NamedTuple

from server.capture.landmarks import Sighting
from server.wire.messages import Controls


class FrameInputs(NamedTuple):
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
