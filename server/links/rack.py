"""All links of a server, opened, fed and closed together; one that fails harms none."""

from collections.abc import Sequence

from server.links.link import Link
from server.links.patch import StageView
from server.telemetry.faults import Faults
from server.wire.protocol import FrameMessage


class Rack:
    """The links of a server; belongs to the event loop.

    Attributes:
        links: All of them.
        failed: Why a link could not be opened, by its name.
    """

    def __init__(self, links: Sequence[Link], faults: Faults) -> None:
        """Begin with none opened."""
        self.links = list(links)
        self.failed: dict[str, str] = {}
        self._faults = faults

    async def open(self) -> None:
        """Open all that can be opened; why the others cannot is kept."""
        for link in self.links:
            try:
                await link.open()
            except OSError as error:
                self.failed[link.name] = f"expected a free port of this machine, got: {error}"
                self._faults.count(f"link {link.name}", error)

    def flush(self) -> None:
        """Carry out what came since the tick before."""
        for link in self.links:
            with self._faults.survived(f"link {link.name}"):
                link.flush()

    def show(self, shown: Sequence[tuple[StageView, FrameMessage]]) -> None:
        """Tell all links the newest frames of all stages."""
        for link in self.links:
            with self._faults.survived(f"link {link.name}"):
                for stage, frame in shown:
                    link.show(stage, frame)
                link.forget_asked()

    def close(self) -> None:
        """Close all."""
        for link in self.links:
            link.close()
