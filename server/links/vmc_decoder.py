"""Packets of the Virtual Motion Capture protocol to poses; no socket and no clock.

References:
    VirtualMotionCapture Protocol, https://protocol.vmc.info/english
"""

import math

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.clip import Pose
from motion.kinematics import world_matrices
from motion.skeleton import CANONICAL, LEG_LENGTH
from server.capture.ground import soles
from server.links.osc import OscError, OscMessage, number
from server.links.vmc import BONES, MIRROR_POSITION, MIRROR_ROTATION

Array = np.ndarray

WAIT = 0.01
"""Seconds after its first bone at which a pose is taken, where no message says that it is whole."""

FARTHEST = 100.0
"""Metres from the origin, or from its parent, within which a bone must be."""

ENDS = frozenset({"/VMC/Ext/Blend/Apply", "/VMC/Ext/OK", "/VMC/Ext/T"})
"""Messages between the bones of one frame and those of the next."""

UPPER_CHEST = len(BONES)
"""Row of the bone between chest and neck that the canonical skeleton lacks."""

_ROWS = {name.lower(): row for row, name in enumerate((*BONES, "UpperChest"))}
_CHEST = CANONICAL.index("chest")
_LEGS = CANONICAL.indices("leftLowerLeg", "leftFoot", "rightLowerLeg", "rightFoot")
_LENGTHS = 0.2, 5.0
"""Metres between which the length of a leg may be; outside of them it tells nothing."""

_REST = np.array([0.0, 0.0, 0.0, *rotations.IDENTITY])


class VmcDecoder:
    """Gathers the bones of one figure, the newest of each, and makes poses of them."""

    def __init__(self) -> None:
        """Begin with all bones at rest."""
        self._bones = np.tile(_REST, (len(_ROWS), 1))
        self._root = _REST.copy()
        self._began: float | None = None
        self._whole: tuple[Array, Array] | None = None
        self._sent: float | None = None
        self._clock = _SenderClock()
        self._floor = _Floor()

    def receive(self, message: OscMessage, now: float) -> None:
        """Take in a message; those of other addresses are ignored, as the protocol asks.

        Args:
            message: As it came.
            now: When it came, seconds.

        Raises:
            OscError: If its arguments are too few, of other types, or no place of a bone.
        """
        address, arguments = message
        if address in ENDS:
            if address.endswith("/T") and arguments:
                self._sent = number(arguments[0])
            self._finish()
        elif address == "/VMC/Ext/Root/Pos":
            self._root = _transform(message)
        elif address == "/VMC/Ext/Bone/Pos":
            values = _transform(message)
            row = _ROWS.get(str(arguments[0]).lower())
            if row is not None:  # a finger, or an eye
                self._bones[row] = values
                self._began = now if self._began is None else self._began

    def take(self, now: float) -> tuple[float, Pose] | None:
        """Return the newest pose and when it was taken, or None if none came since it was called.

        Args:
            now: The server's clock, seconds.

        Returns:
            A time by the server's clock, not after `now`; a pose of the canonical skeleton, the
            floor at height 0, the facing as in the sender's space.
        """
        if self._began is not None and now - self._began >= WAIT:
            self._finish()
        if self._whole is None:
            return None
        bones, root = self._whole
        self._whole = None
        time = self._clock.ours(self._sent, now)
        return time, self._floor.stand(_pose(bones, root), time)

    def _finish(self) -> None:
        if self._began is not None:
            self._whole = self._bones.copy(), self._root
            self._began = None


class _SenderClock:
    """The sender's clock by ours: what took the shortest way tells how far they are apart.

    Packets wait until they are read, so their arrival alone would make a motion uneven.
    """

    DRIFT = 0.001
    """Seconds in a second by which clocks may drift apart."""
    JUMP = 0.25
    """Seconds that a packet may be late; one that is later comes from a clock that was set."""

    def __init__(self) -> None:
        self._apart = float("inf")
        self._before = self._sent = float("-inf")

    def ours(self, sent: float | None, now: float) -> float:
        """Return when something was sent; a clock that does not go counts as none."""
        time = now
        if sent is not None and sent > self._sent:
            apart, drifted = now - sent, self._apart + self.DRIFT * max(0.0, now - self._before)
            self._apart = drifted if drifted < apart < drifted + self.JUMP else apart
            time = sent + self._apart
        if sent is not None:
            self._sent = sent
        if time <= self._before:
            time = now
        self._before = time
        return time


class _Floor:
    """The floor of a sender, at whatever height: where the lowest sole is, but for jumps."""

    RISES = 4.0
    """Half-life in seconds of the height of soles above the floor as it is taken to be."""

    def __init__(self) -> None:
        self._height: float | None = None
        self._time = 0.0

    def stand(self, pose: Pose, time: float) -> Pose:
        """Return a pose with the floor at height 0."""
        lowest = min(soles(*world_matrices(CANONICAL, pose.hips, pose.rotations)))
        passed, self._time = max(0.0, time - self._time), time
        if self._height is None or lowest < self._height:
            self._height = lowest
        else:
            self._height += (lowest - self._height) * (1.0 - 0.5 ** (passed / self.RISES))
        return Pose(pose.hips - [0.0, self._height, 0.0], pose.rotations)


def _transform(message: OscMessage) -> Float[Array, "7"]:
    """Return position and rotation, in the sender's space, behind a name; more is ignored."""
    name, *numbers = message.arguments[:8] or ("",)
    if not isinstance(name, str) or len(numbers) < 7:
        got = f"{len(message.arguments)} arguments"
        raise OscError("bone", address=message.address, got=got)
    values = [number(value) for value in numbers]
    length = math.hypot(*values[3:])
    if max(map(abs, values[:3])) > FARTHEST or not 0.5 < length < 2.0:
        raise OscError("bone_values", bone=name[:40], got=str(numbers))
    return np.array([*values[:3], *(value / length for value in values[3:])])


def _pose(bones: Float[Array, "B 7"], root: Float[Array, "7"]) -> Pose:
    turned = bones[:, 3:].copy()
    turned[_CHEST] = rotations.multiply(turned[_CHEST], turned[UPPER_CHEST])
    turned[0] = rotations.multiply(root[3:], turned[0])
    hips = root[:3] + rotations.rotate(root[3:], bones[0, :3])
    leg = float(np.linalg.norm(bones[_LEGS, :3], axis=1).sum() / 2)
    scale = LEG_LENGTH / leg if _LENGTHS[0] < leg < _LENGTHS[1] else 1.0
    return Pose(hips * MIRROR_POSITION * scale, turned[:UPPER_CHEST] * MIRROR_ROTATION)
