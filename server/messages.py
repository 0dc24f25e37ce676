"""The control messages of the wire, version 1: JSON text, told apart by "type"."""

from typing import Annotated, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from motion.skeleton import Skeleton
from server.landmarks import SourceState
from server.protocol import VERSION, Refusal, RefusalName


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Role = Literal["viewer", "performer"]
Sequence = Annotated[int, Field(ge=0, lt=2**32)]


class Hello(_Message):
    """First message of a client."""

    type: Literal["hello"] = "hello"
    version: Literal[1]
    role: Role

    @model_validator(mode="before")
    @classmethod
    def _of_this_version(cls, fields: dict[str, object]) -> dict[str, object]:
        # Before the other fields, since another version may have changed them.
        version = fields.get("version")
        if isinstance(version, int) and version != VERSION:
            raise Refusal("unsupported_version", f"expected version {VERSION}, got {version}")
        return fields


class Emotion(_Message):
    """Choose the emotion weights; labels that are not named get 0."""

    type: Literal["emotion"] = "emotion"
    weights: Annotated[dict[str, float], Field(max_length=64)]


class Energy(_Message):
    """Choose the energy; 1 is the usual amount of motion."""

    type: Literal["energy"] = "energy"
    value: float


class TakeUp(_Message):
    """Let the partner take the performer up anew."""

    type: Literal["take_up"] = "take_up"


class Ping(_Message):
    """Ask for the server's clock; `client_time` comes back untouched."""

    type: Literal["ping"] = "ping"
    client_time: float


class Played(_Message):
    """Acknowledge that a frame was shown."""

    type: Literal["played"] = "played"
    sequence: Sequence


ClientMessage = Hello | Emotion | Energy | TakeUp | Ping | Played

_CLIENT_MESSAGES: TypeAdapter[ClientMessage] = TypeAdapter(
    Annotated[ClientMessage, Field(discriminator="type")]
)


def _names() -> str:
    return ", ".join(str(kind.model_fields["type"].default) for kind in get_args(ClientMessage))


def decode_message(text: str) -> ClientMessage:
    """Read a control message of a client.

    Raises:
        Refusal: `malformed_json`, `unknown_message`, `invalid_message` or `unsupported_version`.
    """
    try:
        return _CLIENT_MESSAGES.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        raise Refusal("malformed_json", f"expected a JSON object, got: {first['msg']}")
    if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
        raise Refusal("unknown_message", f"expected one of {_names()}, got {text[:80]!r}")
    where = ".".join(str(part) for part in first["loc"])
    raise Refusal("invalid_message", f"{where}: {first['msg']}, got {first['input']!r:.80}")


class Status(_Message):
    """How the stage is, sent when it changes."""

    type: Literal["status"] = "status"
    source: str
    source_state: SourceState
    performer: Literal["present", "absent"]
    viewers: int


class Controls(_Message):
    """What colours the motion now, sent to all when it changes."""

    type: Literal["controls"] = "controls"
    emotion: dict[str, float]
    energy: float


class SkeletonMessage(_Message):
    """A skeleton in rest: offsets from the parent in metres, Y up, facing +Z."""

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    rest_offsets: tuple[tuple[float, ...], ...]

    @staticmethod
    def of(skeleton: Skeleton) -> "SkeletonMessage":
        """Return a skeleton as it travels."""
        offsets = tuple(map(tuple, skeleton.rest_offsets.tolist()))
        return SkeletonMessage(
            joints=skeleton.joints, parents=skeleton.parents, rest_offsets=offsets
        )


class ServerHello(_Message):
    """First message of the server: with the frame behind it, enough to draw."""

    type: Literal["hello"] = "hello"
    version: int = VERSION
    model: str
    fps: float
    stage_radius: float
    skeleton: SkeletonMessage
    emotions: tuple[str, ...]
    controls: Controls
    status: Status


class Pong(_Message):
    """Answer to a ping: the client's time as it came, the server's clock in seconds."""

    type: Literal["pong"] = "pong"
    client_time: float
    server_time: float


class Refused(_Message):
    """A message was not accepted."""

    type: Literal["refused"] = "refused"
    name: RefusalName
    detail: str


ServerMessage = ServerHello | Status | Controls | Pong | Refused
