"""The one table of addresses: which control each sets, its kind, range and meaning.

The handler of messages, what is sent back, the OSCQuery tree and `docs/links.md` are made of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from motion.emotion import MAX_INTENSITY
from server.wire.messages import Controls, Set

Kind = Literal["number", "word", "truth", "emotion", "weight", "beat", "tap", "trigger", "cue"]

Guarded = Literal["panic", "recording", "model"]
"""Controls that stop the show, record it or change its model: links may only if told so."""

_KINDS: dict[str, Kind] = {
    "energy": "number",
    "temperature": "number",
    "influence": "number",
    "stage_radius": "number",
    "audience_share": "number",
    "voting": "word",
    "mode": "word",
    "look": "word",
    "text": "word",
    "placement": "word",
    "dancers": "word",
    "tempo": "word",
    "panic": "word",
    "model": "word",
    "recording": "truth",
}
_GUARDED = frozenset({"panic", "recording", "model"})
_TYPES: dict[Kind, str] = {
    "number": "f",
    "word": "s",
    "truth": "T",
    "emotion": "sff",
    "weight": "f",
    "beat": "f",
    "tap": "",
    "trigger": "",
    "cue": "i",
}


class Range(NamedTuple):
    """Least and greatest number that an address takes."""

    least: float
    most: float


@dataclass(frozen=True)
class Address:
    """One address of a stage.

    Attributes:
        path: Behind `/bhava/STAGE/`.
        kind: What its arguments are.
        meaning: For people.
        control: Control that it sets; empty for what is done rather than set.
        range: Least and greatest number; None without bounds.
        choices: Words that it takes; empty if any.
    """

    path: str
    kind: Kind
    meaning: str
    control: str = ""
    range: Range | None = None
    choices: tuple[str, ...] = ()

    @property
    def types(self) -> str:
        """OSC types of its arguments."""
        return _TYPES[self.kind]

    @property
    def readable(self) -> bool:
        """Whether its value is told to senders."""
        return self.kind in ("number", "word", "truth", "weight")


def addresses(labels: tuple[str, ...], may: frozenset[Guarded] = frozenset()) -> list[Address]:
    """Return all addresses of a stage.

    Args:
        labels: Emotion labels of its model.
        may: Guarded controls that links may set.
    """
    return [*_of_emotions(labels), *_of_controls(may), *_ACTIONS]


def value_of(address: Address, controls: Controls) -> float | str | bool:
    """Return what a readable address stands at."""
    if address.kind == "weight":
        return float(controls.emotion.get(address.path.partition("/")[2], 0.0))
    value: float | str | bool = getattr(controls, address.control)
    return float(value) if address.kind == "number" else value


def _of_emotions(labels: tuple[str, ...]) -> Iterator[Address]:
    whole = "one emotion alone: label, weight (1 if left out), seconds of a fade (0)"
    yield Address("emotion", "emotion", whole, "emotion", choices=labels)
    for label in labels:
        meaning = f"weight of {label}; the others give way where the sum exceeds {MAX_INTENSITY}"
        yield Address(f"emotion/{label}", "weight", meaning, "emotion", Range(0.0, MAX_INTENSITY))


def _of_controls(may: frozenset[Guarded]) -> Iterator[Address]:
    schema: Mapping[str, Any] = Set.model_json_schema()["properties"]
    for control, kind in _KINDS.items():
        if control in _GUARDED and control not in may:
            continue
        about = schema[control]
        span = Range(about["minimum"], about["maximum"]) if kind == "number" else None
        yield Address(
            control, kind, _MEANINGS[control], control, span, tuple(about.get("enum", ()))
        )


_MEANINGS = {
    "energy": "how lively the motion is; 1 is usual",
    "temperature": "scales the chance in the model's draws; 1 is as trained",
    "influence": "how strongly a performer pulls the partner in a duet",
    "stage_radius": "how far from the middle the partner goes, metres",
    "audience_share": "share of the emotion that the audience's vote decides; with 0 it advises",
    "voting": "whether the audience may vote; invited also shows the QR code",
    "mode": "what the partner makes of the performer",
    "look": "look of the partner; empty leaves it to the page",
    "text": "prompt, for models that take text",
    "placement": "how the performer's skeleton is shown beside the partner",
    "dancers": "whether there is a partner for each performer",
    "tempo": "who may set the beat: one alone, or any",
    "panic": "stops the show: freeze or dark",
    "model": "model that dances",
    "recording": "whether a take is recorded",
}

_ACTIONS = (
    Address("beat", "beat", "tempo; a beat lies now", "beat", Range(20.0, 400.0)),
    Address("tap", "tap", "a beat is now; the third tap sets the tempo", "beat"),
    Address("take_up", "trigger", "takes the performer up"),
    Address("go", "cue", "lets a cue go: its place from 1, its id or name, or the next one"),
    Address("refresh", "trigger", "sends all values to the sender"),
)
