"""The one table of the kinds of links: how the address of each is read, and its link made."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from motion.errors import SetupError
from server.links.ableton_link import AbletonLink
from server.links.desk import Desk
from server.links.lights_in import ArtNetIn, LightsPort, SacnIn
from server.links.lights_out import ArtNetOut, LightsTarget, SacnOut
from server.links.link import Link, Place
from server.links.midi_in import MidiIn, MidiPort
from server.links.osc_in import OscIn, OscPort
from server.links.osc_out import OscOut
from server.links.osc_query import OscQuery, OscQueryPort
from server.links.vmc_out import VmcOut, VmcTarget
from server.sentence import AddressError

KindName = Literal[
    "osc-in",
    "osc-out",
    "osc-query",
    "vmc-out",
    "artnet-out",
    "sacn-out",
    "artnet-in",
    "sacn-in",
    "ableton-link",
    "midi-in",
]


class Kind(NamedTuple):
    """One kind of link.

    Attributes:
        parse: Reads an address; raises SetupError.
        make: Makes a link of what was read, without a socket.
    """

    parse: Callable[[str], Any]
    make: Callable[[Any, Desk], Link]


KINDS: dict[KindName, Kind] = {
    "osc-in": Kind(OscPort.parse, OscIn),
    "osc-out": Kind(Place.parse, OscOut),
    "osc-query": Kind(OscQueryPort.parse, OscQuery),
    "vmc-out": Kind(VmcTarget.parse, VmcOut),
    "artnet-out": Kind(LightsTarget.art_net, ArtNetOut),
    "sacn-out": Kind(LightsTarget.sacn, SacnOut),
    "artnet-in": Kind(LightsPort.art_net, ArtNetIn),
    "sacn-in": Kind(LightsPort.sacn, SacnIn),
    "ableton-link": Kind(str, AbletonLink),
    "midi-in": Kind(MidiPort.parse, MidiIn),
}


class LinkSpec(BaseModel):
    """One link as it is asked for, kept and changed.

    Attributes:
        kind: Name of its kind, as the option of `bhava serve` has it.
        address: As behind that option.
        on: Whether it is in use.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: KindName
    address: Annotated[str, Field(max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
    on: bool = True

    @model_validator(mode="after")
    def _with_an_address_of_its_kind(self) -> "LinkSpec":
        try:
            KINDS[self.kind].parse(self.address)
        except AddressError:
            raise  # a ValueError, as pydantic wants it
        except SetupError as error:
            raise ValueError(str(error)) from None
        return self

    @property
    def sends(self) -> bool:
        """Whether something goes out, so that it can be tested by a sweep."""
        return self.kind.endswith("-out")

    def make(self, desk: Desk) -> Link:
        """Return the link, without a socket."""
        kind = KINDS[self.kind]
        return kind.make(kind.parse(self.address), desk)


def specs_of(options: dict[KindName, list[str] | None]) -> tuple[LinkSpec, ...]:
    """Return the links that the command line names.

    Args:
        options: Addresses by kind.

    Raises:
        SetupError: If an address is not written as its kind has it.
    """
    named = [(kind, address) for kind, found in options.items() for address in found or ()]
    for kind, address in named:
        KINDS[kind].parse(address)
    return tuple(LinkSpec(kind=kind, address=address) for kind, address in named)
