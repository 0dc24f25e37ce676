"""A partner sent to a program that shows avatars."""

from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from motion.errors import SetupError
from server.links.link import Endpoint, Place, Traffic, parse_options
from server.links.patch import DEFAULT, StageView
from server.links.vmc import Names, VmcEncoder, expressions
from server.wire.protocol import PARTNER, FrameMessage

PORT = 39539
"""Where receivers listen unless told otherwise."""


@dataclass(frozen=True)
class VmcTarget:
    """Who gets which partner.

    Attributes:
        place: Where it is sent to.
        stage: Name of the stage.
        figure: Number of the partner, from 1.
        names: Version of VRM whose names expressions have.
    """

    place: Place
    stage: str = DEFAULT
    figure: int = 1
    names: Names = "vrm0"

    @staticmethod
    def parse(text: str) -> "VmcTarget":
        """Read `HOST:PORT[?stage=NAME&figure=N&names=vrm0|vrm1]`.

        Raises:
            SetupError: If it is not so.
        """
        place, options = parse_options(text, ("stage", "figure", "names"))
        stage, figure = options.get("stage", DEFAULT), options.get("figure", "1")
        names = options.get("names", "vrm0")
        if not (figure.isascii() and figure.isdigit() and 1 <= int(figure) <= 256):
            raise SetupError(f"expected a figure from 1 to 256, got {figure!r}")
        for known in get_args(Names):
            if names == known:
                return VmcTarget(Place.parse(place), stage, int(figure), known)
        raise SetupError(f"expected names to be {' or '.join(get_args(Names))}, got {names!r}")


class VmcOut:
    """Sends one partner to one receiver, from one socket for its whole life.

    Attributes:
        name: Kind and place.
        traffic: How it fares.
    """

    def __init__(self, target: VmcTarget) -> None:
        """Begin without a socket."""
        self.name = f"vmc-out {target.place.host}:{target.place.port}"
        self.traffic = Traffic()
        self._target, self._encoder = target, VmcEncoder(target.names)
        self._endpoint = Endpoint(self.traffic, _ignore, ())
        self._began: float | None = None
        self._shown = lru_cache(maxsize=1)(expressions)

    async def open(self) -> None:
        """Open a socket to send from."""
        await self._endpoint.open(Place("::" if ":" in self._target.place.host else "0.0.0.0", 0))

    def close(self) -> None:
        """Close the socket."""
        self._endpoint.close()

    def flush(self) -> None:
        """Nothing comes in."""

    def forget_asked(self) -> None:
        """Nobody asks."""

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Send the partner of a frame."""
        if stage.name != self._target.stage:
            return
        for figure in frame.figures:
            if figure.kind == PARTNER and figure.id == self._target.figure - 1:
                self._began = frame.time if self._began is None else self._began
                face = frame.emotion @ self._shown(stage.labels)
                packets = self._encoder.encode(figure.pose, frame.time - self._began, face)
                for packet in packets:
                    self._endpoint.send(packet, self._target.place)
                self.traffic.newest = f"partner {self._target.figure} of {stage.name}"


def _ignore(_: bytes, __: Place) -> None:
    """Receivers do not answer."""
