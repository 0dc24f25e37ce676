"""The control messages of the wire, version 2: JSON text, told apart by "type"."""

from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from motion.emotion import ENERGY_RANGE, MAX_INTENSITY
from motion.model.text import LONGEST
from motion.skeleton import Skeleton
from server.access.keyring import Role
from server.capture.landmarks import SourceState
from server.wire.protocol import VERSION, Refusal, RefusalName
from server.wire.told import Told


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


LONGEST_KEY = 1024
"""Characters of a key; a token spells the name of its stage."""


def _without_fraction(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_without_fraction)]
"""A whole number; JSON does not distinguish 2.0 from 2, and some languages write the former."""

Mode = Literal["continue", "mirror", "duet", "answer", "solo"]
Dancers = Literal["nearest", "each"]
Panic = Literal["none", "freeze", "dark"]
Voting = Literal["closed", "open", "invited"]
Timekeeper = Literal["hand", "microphone", "midi", "osc", "link"]
"""Who tells the beat: taps and numbers on a page, what a page hears, a MIDI clock, or OSC."""

Tempo = Literal["any", "hand", "microphone", "midi", "osc", "link"]
Placement = Literal["alone", "beside", "facing", "mirror", "merged"]

Name = Annotated[str, Field(max_length=64)]
Weight = Annotated[float, Field(ge=0, le=MAX_INTENSITY)]
Share = Annotated[float, Field(ge=0, le=1)]
Sequence = Annotated[Whole, Field(ge=0, lt=2**32)]


class Beat(_Message):
    """A steady beat.

    Attributes:
        bpm: Beats a minute.
        at: Server clock of one of them, seconds; a bar begins there.
        by: Who tells it.
    """

    bpm: Annotated[float, Field(ge=20, le=400)]
    at: float
    by: Timekeeper = "hand"


class _Settings(_Message):
    """What an operator may change.

    Attributes:
        emotion: Weight by label, with a sum up to 1.5; labels that are not named weigh 0.
        content: What is danced, weight by label, with a sum up to 1; the usual content where no
            label is named.
        energy: 1 is the usual amount of motion.
        text: A prompt, for models that take text; empty for none.
        temperature: Scales the chance in the model's draws; 1 is as trained.
        influence: Share of a duet in which both dance the same; in the rest the partner dances by
            itself or echoes the performer. With a model that reacts to other dancers, the strength
            of the pull towards the performer.
        mode: How the partner responds to a performer.
        model: Name of the partner's model.
        seed: Seed of all chance in the motion; setting it starts the chance again.
        stage_radius: How far from the middle the partner goes, metres.
        dancers: The partner responds to the nearest performer, or there is one for each.
        panic: What stops the show: the motion stands still, or the stage goes dark.
        look: Look of the partner; empty leaves it to the page.
        placement: How the performer's own skeleton is shown beside the partner.
        beat: Beat of the music, if there is one.
        tempo: Who may set the beat: one alone, or any of them.
        recording: Whether a take is being recorded.
        voting: Whether the audience may vote; `invited` also shows the way there on stage pages.
        audience_share: Share of the emotion that the audience's vote decides; with 0 it advises.
    """

    emotion: Annotated[dict[str, Weight], Field(max_length=64)] = Field(default_factory=dict)
    content: Annotated[dict[str, Share], Field(max_length=64)] = Field(default_factory=dict)
    energy: Annotated[float, Field(ge=ENERGY_RANGE[0], le=ENERGY_RANGE[1])] = 1.0
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    influence: Annotated[float, Field(ge=0, le=1)] = 0.5
    mode: Mode = "continue"
    model: Name = ""
    seed: Annotated[Whole, Field(ge=0, lt=2**32)] = 0
    stage_radius: Annotated[float, Field(ge=1, le=10)] = 2.5
    dancers: Dancers = "nearest"
    panic: Panic = "none"
    look: Name = ""
    placement: Placement = "alone"
    beat: Beat | None = None
    tempo: Tempo = "any"
    recording: bool = False
    voting: Voting = "closed"
    audience_share: Share = 0.0


class Controls(_Settings):
    """What shapes the show now, sent to all when it changes.

    Attributes:
        audience_emotion: What the audience votes for, weight by label, with a sum up to 1: as much
            of its share as it has at this turnout. No client sets it.
    """

    type: Literal["controls"] = "controls"
    audience_emotion: Annotated[dict[str, Share], Field(max_length=64)] = Field(
        default_factory=dict
    )


# --- from the client ------------------------------------------------------------------------


def _of_this_version(version: int) -> int:
    # Ends the reading: another version may have changed the other members.
    if version != VERSION:
        raise Refusal("unsupported_version", f"expected version {VERSION}, got {version}")
    return version


class Hello(_Message):
    """First message of a client.

    Attributes:
        version: Version of this protocol.
        role: What the client wants to be.
        stage: Name of the stage.
        key: Key of the operator or a token, where the server asks for one.
        session: Token of the server's hello before the link was lost.
    """

    type: Literal["hello"] = "hello"
    version: Annotated[Whole, AfterValidator(_of_this_version)]
    role: Role
    stage: Name = "default"
    key: Annotated[str, Field(max_length=LONGEST_KEY)] | None = None
    session: Name | None = None


class Set(_Settings):
    """Change some of the controls: those that are named, the others stay.

    Attributes:
        fade: Seconds until the change is complete.
    """

    type: Literal["set"] = "set"
    fade: Annotated[float, Field(ge=0, le=600)] = 0.0

    @property
    def changes(self) -> dict[str, object]:
        """The controls that are named, by name."""
        named = self.model_fields_set - {"type", "fade"}
        return {name: getattr(self, name) for name in named}


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


ClientMessage = Hello | Set | TakeUp | Ping | Played

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
    if not first["loc"]:
        raise Refusal("malformed_json", f"expected a JSON object, got {text[:80]!r}")
    where = ".".join(str(part) for part in first["loc"])
    raise Refusal("invalid_message", f"{where}: {first['msg']}, got {first['input']!r:.80}")


# --- from the server ------------------------------------------------------------------------


class Status(_Message):
    """How the stage is, sent when it changes.

    Attributes:
        source: Where performers are seen.
        source_state: How it fares.
        performer: Whether one is seen.
        people: How many are.
        viewers: How many clients watch.
        late: Share of the stage's frames that came too late for their time.
    """

    type: Literal["status"] = "status"
    source: str
    source_state: SourceState
    performer: Literal["present", "absent"]
    people: int
    viewers: int
    late: float


class SkeletonMessage(_Message):
    """A skeleton in rest: offsets from the parent in metres, Y up, facing +Z."""

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    rest_offsets: tuple[tuple[float, ...], ...]

    @staticmethod
    def from_skeleton(skeleton: Skeleton) -> "SkeletonMessage":
        """Return a skeleton as it travels."""
        offsets = tuple(map(tuple, skeleton.rest_offsets.tolist()))
        return SkeletonMessage(
            joints=skeleton.joints, parents=skeleton.parents, rest_offsets=offsets
        )


class ServerHello(_Message):
    """First message of the server: with the frame behind it, enough to draw.

    It comes again when the model, and with it the labels, change.

    Attributes:
        version: Version of this protocol.
        stage: Name of the stage.
        session: Token with which a client that lost its link gets its role back.
        role: What the client is now.
        model: Name of the partner's model.
        models: Names of those that there are.
        fps: Frames a second.
        stage_radius: How far from the middle the partner goes, metres.
        skeleton: Skeleton of all figures.
        emotions: Labels, in the order of a frame's weights.
        contents: Labels of what it can be asked to dance, the usual one first; none if it tells no
            contents apart.
        texts: Some that the model learnt from, the commonest first; none if it takes no text.
        controls: As they are now.
        status: As it is now.
    """

    type: Literal["hello"] = "hello"
    version: int = VERSION
    stage: str
    session: str
    role: Role
    model: str
    models: tuple[str, ...]
    fps: float
    stage_radius: float
    skeleton: SkeletonMessage
    emotions: tuple[str, ...]
    contents: tuple[str, ...]
    texts: tuple[str, ...]
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
    told: Told

    @staticmethod
    def from_refusal(refusal: Refusal) -> "Refused":
        """Return a refusal as it travels."""
        told = Told.of(refusal.sentence)
        return Refused(name=refusal.name, detail=refusal.detail, told=told)

    @property
    def refusal(self) -> Refusal:
        """The refusal that travelled."""
        return Refusal(self.name, self.told.sentence)


class Cues(_Message):
    """The cue list of the stage, or the place in it, has changed; it is there over HTTP."""

    type: Literal["cues"] = "cues"


ServerMessage = ServerHello | Status | Controls | Cues | Pong | Refused
