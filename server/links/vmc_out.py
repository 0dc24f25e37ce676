"""A partner sent to a program that shows avatars."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
from jaxtyping import Float

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.links.desk import Desk
from server.links.link import (
    Endpoint,
    Link,
    Place,
    ignore,
    parse_count,
    parse_options,
    there_and_back,
)
from server.links.patch import DEFAULT, StageView
from server.links.vmc import VRM0, Names, VmcEncoder, expressions
from server.sentence import AddressError, Sentence
from server.wire.protocol import PARTNER, FrameMessage

PORT = 39539
"""Where receivers listen unless told otherwise."""

LIFTED = math.radians(80.0)
"""How far a test lifts the arms."""


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
            AddressError: If it is not so.
        """
        place, options = parse_options(text, ("stage", "figure", "names"))
        stage, names = options.get("stage", DEFAULT), options.get("names", "vrm0")
        figure = parse_count("figure", options.get("figure", "1"), 1, 256)
        for known in get_args(Names):
            if names == known:
                return VmcTarget(Place.parse(place), stage, figure, known)
        raise AddressError("vmc_names", choices=", ".join(get_args(Names)), got=names[:40])


class VmcOut(Link):
    """Sends one partner to one receiver, from one socket for its whole life."""

    def __init__(self, target: VmcTarget, desk: Desk) -> None:
        """Begin without a socket."""
        super().__init__(f"vmc-out {target.place.host}:{target.place.port}")
        self._target, self._encoder, self._clock = target, VmcEncoder(target.names), desk.clock
        self._endpoint = Endpoint(self.traffic, ignore)
        self._began: float | None = None
        self._shown = lru_cache(maxsize=1)(expressions)

    async def open(self) -> None:
        """Open a socket to send from."""
        await self._endpoint.aim(self._target.place)

    def close(self) -> None:
        """Close the socket."""
        self._endpoint.close()

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Send the partner of a frame."""
        if stage.name != self._target.stage:
            return
        for figure in frame.figures:
            if figure.kind == PARTNER and figure.id == self._target.figure - 1:
                face = frame.emotion @ self._shown(stage.labels)
                self._send(figure.pose, frame.time, face)
                self.traffic.newest = Sentence.of(
                    "partner_told", figure=self._target.figure, stage=stage.name
                )

    def sweep(self, share: float) -> None:
        """Send a figure in rest that lifts its arms and smiles."""
        up = there_and_back(share)
        rotations = np.tile([0.0, 0.0, 0.0, 1.0], (len(CANONICAL.joints), 1))
        for joint, side in (("leftUpperArm", 1.0), ("rightUpperArm", -1.0)):
            half = side * up * LIFTED / 2
            rotations[CANONICAL.index(joint)] = [0.0, 0.0, math.sin(half), math.cos(half)]
        face = np.zeros(len(VRM0))
        face[0] = up
        self._send(Pose(CANONICAL.rest_offsets[0], rotations), self._clock(), face)
        self.traffic.newest = Sentence.of("arms_swept")

    def _send(self, pose: Pose, time: float, face: Float[np.ndarray, "X"]) -> None:
        self._began = time if self._began is None else self._began
        for packet in self._encoder.encode(pose, time - self._began, face):
            self._endpoint.send(packet)
