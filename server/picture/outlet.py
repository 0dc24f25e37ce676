"""Where a picture goes: a virtual camera, or an NDI source."""

import logging
import sys
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from jaxtyping import UInt8
from numpy import ndarray

from motion.errors import SetupError
from server.sentence import OpenError

RATE = 30
"""Pictures a second that outlets announce; pages send as many."""

MOST_PIXELS = 4096
"""The longest side."""

CAMERA_ON_LINUX = "sudo apt-get install v4l2loopback-dkms && sudo modprobe v4l2loopback"
"""Gets a kernel module under the GPL 2."""

CAMERA_OF_OBS = "install OBS, and start and stop its virtual camera once"

AVAHI = Path("/run/avahi-daemon/socket")

NO_AVAHI = "expected avahi-daemon, without which nobody finds an NDI source of Linux by its name"

LOG = logging.getLogger("bhava.picture")

Goal = Literal["camera", "ndi"]


class Size(NamedTuple):
    """Pixels of a picture."""

    width: int
    height: int

    @staticmethod
    def parse(text: str) -> "Size":
        """Read `WIDTHxHEIGHT`.

        Raises:
            SetupError: If it is not so; both are even, as video halves the colours.
        """
        sides = [int(side) if side.isdecimal() else 0 for side in text.split("x")]
        if len(sides) != 2 or any(side % 2 or not 16 <= side <= MOST_PIXELS for side in sides):
            wanted = f"WIDTHxHEIGHT, even and from 16 to {MOST_PIXELS}, such as 1280x720"
            raise SetupError(f"expected a size as {wanted}, got {text[:40]!r}")
        return Size(*sides)


class Outlet(Protocol):
    """Takes pictures of one size.

    Attributes:
        title: Words for people.
    """

    title: str

    def show(self, picture: UInt8[ndarray, "height width 4"]) -> None:
        """Show a picture: red, green, blue, and a byte without meaning.

        Raises:
            RuntimeError: If it cannot any more.
        """

    def close(self) -> None:
        """End it."""


class VirtualCamera:
    """A camera of this machine that other programs open: by pyvirtualcam."""

    def __init__(self, name: str, size: Size) -> None:
        """Open it.

        Args:
            name: Name of the device; empty for the first one.
            size: Size of the pictures.

        Raises:
            SetupError: If the library or the camera is missing.
        """
        library = needed("pyvirtualcam", "pyvirtualcam", "GPL 2", "camera")
        try:
            self._camera: Any = library.Camera(
                *size, RATE, fmt=library.PixelFormat.RGB, device=name or None
            )
        except RuntimeError as error:
            remedy = CAMERA_ON_LINUX if sys.platform == "linux" else CAMERA_OF_OBS
            wanted, why = name or "a virtual camera", " ".join(str(error).split())
            raise SetupError(f"expected {wanted}, got none: {why}; {remedy}") from error
        self.title = f"the camera {self._camera.device}"

    def show(self, picture: UInt8[ndarray, "height width 4"]) -> None:
        """Show a picture."""
        self._camera.send(picture[:, :, :3].copy())

    def close(self) -> None:
        """End it; programs that have it open see no more pictures."""
        self._camera.close()


class NdiSource:
    """A source of NDI that other machines of the network find: by cyndilib."""

    def __init__(self, name: str, size: Size) -> None:
        """Announce it.

        Args:
            name: Name of the source; empty for `Bhava`.
            size: Size of the pictures.

        Raises:
            OpenError: If the library is missing.
        """
        needed("cyndilib", "cyndilib", "MIT licence, with NDI under the licence of its SDK", "ndi")
        structs = import_module("cyndilib.wrapper.ndi_structs")
        frame = import_module("cyndilib.video_frame").VideoSendFrame()
        frame.set_resolution(*size)
        frame.set_frame_rate(Fraction(RATE))
        frame.set_fourcc(structs.FourCC.RGBX)
        self._sender: Any = import_module("cyndilib.sender").Sender(
            name or "Bhava", clock_video=False
        )
        self._sender.set_video_frame(frame)
        self._sender.open()
        if sys.platform == "linux" and not AVAHI.exists():
            LOG.warning(f"{NO_AVAHI}, got none at {AVAHI}")
        self.title = f"the NDI source {self._sender.name}"

    def show(self, picture: UInt8[ndarray, "height width 4"]) -> None:
        """Send a picture."""
        if not self._sender.write_video(picture.reshape(-1)):
            raise RuntimeError("NDI does not take the picture")

    def close(self) -> None:
        """Withdraw it."""
        self._sender.close()


OUTLETS: dict[Goal, type[VirtualCamera] | type[NdiSource]] = {
    "camera": VirtualCamera,
    "ndi": NdiSource,
}


def needed(module: str, package: str, licence: str, extra: str) -> Any:
    """Return a module of an extra.

    Raises:
        OpenError: If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        remedy = f"pip install 'bhava[{extra}]'"
        raise OpenError("package", package=package, licence=licence, remedy=remedy) from None
