"""Opens the source of a stage, of whatever kind."""

from pathlib import Path

from server.capture.demo import DemoSource
from server.capture.landmarks import PEOPLE
from server.capture.pose_process import Address
from server.capture.sources import BrowserSource, Clock, ProcessSource, Source, SourceSpec
from server.links.vmc_in import VmcPort, VmcSource
from server.sentence import LostSourceError


def open_source(spec: SourceSpec, clock: Clock, people: int = PEOPLE) -> Source:
    """Return the source of a specification; it still has to be started.

    Args:
        spec: Any kind but a take, whose frames are recorded already.
        clock: Monotonic time in seconds.
        people: How many to look for in pictures, 1 to `PEOPLE`; more cost more.

    Raises:
        SourceError: If it is a video that is no file, or a take.
        SetupError: If a port of VMC is not written as expected.
    """
    match spec.kind:
        case "demo":
            return DemoSource(clock)
        case "browser":
            return BrowserSource(clock)
        case "camera":
            return ProcessSource(spec.name, Address("camera", int(spec.place)), clock, people)
        case "stream":
            return ProcessSource(spec.name, Address("stream", spec.text), clock, people)
        case "vmc":
            return VmcSource(VmcPort.parse(spec.place), clock)
        case "video" if Path(spec.place).is_file():
            return ProcessSource(spec.name, Address("video", spec.place), clock, people)
        case "video":
            raise LostSourceError("video_path", got=spec.place)
        case "take":
            raise LostSourceError("no_landmarks", got=spec.text)
