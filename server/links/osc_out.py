"""The controls told to one place, always."""

from server.links.addresses import Address
from server.links.desk import Desk
from server.links.link import Endpoint, Link, Place, ignore, there_and_back
from server.links.patch import ROOT, Patch, StageView, Teller, encode_state
from server.sentence import Sentence
from server.wire.protocol import FrameMessage


class OscOut(Link):
    """Tells one receiver every control that moves."""

    def __init__(self, place: Place, desk: Desk) -> None:
        """Begin without a socket.

        Args:
            place: Where to.
            desk: Knows the stages.
        """
        super().__init__(f"osc-out {place.host}:{place.port}")
        self._place, self._desk, self._patch = place, desk, Patch()
        self._teller = Teller(self._patch)
        self._lost = 0
        self._endpoint = Endpoint(self.traffic, ignore)

    async def open(self) -> None:
        """Open a socket to send from, and forget what was told."""
        self._teller.forget()
        await self._endpoint.aim(self._place)

    def close(self) -> None:
        """Close the socket."""
        self._endpoint.close()

    def show(self, stage: StageView, frame: FrameMessage) -> None:
        """Tell what has moved, and all to a receiver that was not there yet."""
        if self.traffic.refused > self._lost:
            self._lost = self.traffic.refused
            self._teller.forget()
        self._send(
            self._teller.moved(stage, frame.time), Sentence.of("controls_told", stage=stage.name)
        )

    def sweep(self, share: float) -> None:
        """Send every number from its least to its greatest and back; stages stay as they are."""
        self._teller.forget()
        for stage in self._desk.stages():
            swept = {
                f"/{ROOT}/{stage.name}/{path}": _swept(address, share)
                for path, address in self._patch.table(stage.labels).items()
                if address.readable and address.range
            }
            self._send(encode_state(dict(swept)), Sentence.of("controls_swept", stage=stage.name))

    def _send(self, packets: list[bytes], newest: Sentence) -> None:
        for packet in packets:
            self._endpoint.send(packet)
            self.traffic.newest = newest


def _swept(address: Address, share: float) -> float:
    assert address.range is not None
    least, most = address.range
    return least + (most - least) * there_and_back(share)
