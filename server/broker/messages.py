"""The rare messages between servers and relays, and the subjects of all of them.

No socket and no clock lives here. A server that sends stages to relays is an *origin*.
"""

import zlib
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from server.wire.messages import Controls, Refused, ServerHello, Status
from server.wire.protocol import VERSION

ROOT = f"bhava.{VERSION}"
FROM_ORIGINS = f"{ROOT}.from.*.*"
"""All that origins tell: `frames` each tick, `told` now and then. One subscription keeps them in
order."""

VIEWERS = f"{ROOT}.viewers"
"""On which relays tell how many watch."""


def from_origin(origin: str, what: str) -> str:
    """Return the subject on which an origin tells its `frames`, or what else is to be `told`."""
    return f"{ROOT}.from.{origin}.{what}"


def to_origin(origin: str, what: str) -> str:
    """Return the subject on which an origin is asked: its `report`, its `clock`, or a `request`."""
    return f"{ROOT}.to.{origin}.{what}"


class Message(BaseModel):
    """A rare message, as compressed JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def encoded(self) -> bytes:
        """Return it as it travels: skeletons of many stages repeat, and brokers have a limit."""
        return zlib.compress(self.model_dump_json().encode(), 1)

    @classmethod
    def decoded(cls, data: bytes) -> Self:
        """Read one.

        Raises:
            ValueError: If it is none.
        """
        try:
            text = zlib.decompress(data)
        except zlib.error as error:
            raise ValueError(f"expected compressed JSON, got {data[:8].hex()}: {error}") from error
        return cls.model_validate_json(text)


class Cued(BaseModel):
    """The cue list of a stage, and its place in it: for a server that takes the stage over.

    Attributes:
        type: `cued`.
        sheet: The list, as JSON of its file.
        current: Id of the cue that went last; None before the first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["cued"] = "cued"
    sheet: str
    current: str | None


News = ServerHello | Controls | Status | Refused | Cued
"""What may become of a stage: it or its model is new, its controls, status or cues are, or it
ends."""


class Told(Message):
    """What has become of a stage, as its viewers are told it.

    Attributes:
        edition: How many such messages its origin has told, this one included, modulo 2**32.
        stage: Name of the stage.
        message: What.
    """

    edition: int
    stage: str
    message: Annotated[News, Field(discriminator="type")]


class Report(Message):
    """All that a relay must know of an origin to show its stages.

    Attributes:
        edition: How many messages it had told.
        address: Where operators and performers find it; empty if it does not know.
        full: Why it lets no further stage in; empty if it does.
        stages: The hello of each stage, for a viewer without a session.
        cued: The cue list of each stage that has one, by name.
    """

    edition: int
    address: str
    full: str = ""
    stages: tuple[ServerHello, ...]
    cued: dict[str, Cued] = {}


class Viewers(Message):
    """How many watch on a relay.

    Attributes:
        relay: Tells it from all others.
        viewers: By stage.
    """

    relay: str
    viewers: dict[str, int]
