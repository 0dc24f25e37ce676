"""Messages of instruments to changes of a stage, and its controls to messages."""

from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from pydantic import ValidationError

from motion.emotion import with_weight
from server.links.addresses import Address, Guarded, addresses, value_of
from server.links.osc import (
    OscError,
    OscMessage,
    Value,
    encode_bundle,
    encode_message,
    matches,
    number,
)
from server.links.tap_tempo import TapTempo
from server.wire.messages import Controls, Set

ROOT = "bhava"
DEFAULT = "default"
REFRESH = "refresh"
"""Path of the trigger that asks for all values; it changes no stage."""

State = dict[str, float | str | bool]
"""Values by address."""

TELL_EVERY = 0.1
"""Seconds between two times that a moved control is told."""

BUNDLE_LIMIT = 1200
"""Bytes of the messages of a bundle: above, a network may cut it in pieces."""


class StageView(NamedTuple):
    """What of a stage decides how messages are read.

    Attributes:
        name: Name of the stage.
        labels: Emotion labels of its model.
        controls: As they are now.
    """

    name: str
    labels: tuple[str, ...]
    controls: Controls


class Go(NamedTuple):
    """A cue is to go: by its id or its place from 1; None is the next one."""

    cue: str | int | None


Action = Go | str
"""What is done rather than set: a cue, or the path of a trigger."""


@dataclass
class Pending:
    """What came for a stage since its tick before: the newest value of each control counts.

    Attributes:
        changes: Value and seconds of the fade by control.
        actions: In the order in which they came, each once.
    """

    changes: dict[str, tuple[object, float]] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)

    def wishes(self) -> list[Set]:
        """Return the changes, each by itself: one that is refused leaves the others be."""
        return [
            Set.model_validate({name: value, "fade": fade})
            for name, (value, fade) in self.changes.items()
        ]


class Patch:
    """Reads messages for the stages of a server."""

    def __init__(self, may: frozenset[Guarded] = frozenset()) -> None:
        """Allow links the guarded controls that are named, and all others."""
        self._may = may
        self._tables: dict[tuple[str, ...], dict[str, Address]] = {}
        self._taps: dict[str, TapTempo] = {}

    def table(self, labels: tuple[str, ...]) -> dict[str, Address]:
        """Return the addresses of a stage by path."""
        if labels not in self._tables:
            self._tables[labels] = {each.path: each for each in addresses(labels, self._may)}
        return self._tables[labels]

    def receive(
        self, message: OscMessage, stages: list[StageView], pending: dict[str, Pending], now: float
    ) -> None:
        """Note what a message changes.

        Args:
            message: As it came; its address may be a pattern.
            stages: All that there are.
            pending: Where it is noted, by name of the stage.
            now: The server's clock, seconds.

        Raises:
            OscError: If no address is meant, a guarded one is, or its arguments do not fit.
        """
        found = self._found(message.address, stages)
        if not found:
            control = message.address.rpartition("/")[2]
            guarded = set(get_args(Guarded)) - self._may
            if message.address.startswith(f"/{ROOT}/") and control in guarded:
                raise OscError("permission", control=control)
            raise OscError(
                "address", wanted=f"/{ROOT}/STAGE/CONTROL", got=repr(message.address[:60])
            )
        for stage, address in found:
            note = pending.setdefault(stage.name, Pending())
            if address.kind == "tap":
                self._tap(stage, message.arguments, note, now)
            else:
                _note(address, message.arguments, stage, note, now)

    def state(self, stage: StageView) -> State:
        """Return what all readable addresses of a stage stand at."""
        return {
            f"/{ROOT}/{stage.name}/{path}": value_of(address, stage.controls)
            for path, address in self.table(stage.labels).items()
            if address.readable
        }

    def _tap(
        self, stage: StageView, arguments: tuple[Value, ...], note: Pending, now: float
    ) -> None:
        if not _pressed(arguments):
            return
        tapped = self._taps.setdefault(stage.name, TapTempo()).tap(now)
        if tapped is not None:
            note.changes["beat"] = {"bpm": tapped.bpm, "at": tapped.at, "by": "osc"}, 0.0

    def _found(self, pattern: str, stages: list[StageView]) -> list[tuple[StageView, Address]]:
        if not any(sign in pattern for sign in "*?[{"):
            return self._exactly(pattern, stages)
        return [
            (stage, address)
            for stage in stages
            for path, address in self.table(stage.labels).items()
            if matches(pattern, f"/{ROOT}/{stage.name}/{path}")
        ]

    def _exactly(self, name: str, stages: list[StageView]) -> list[tuple[StageView, Address]]:
        _, _, below = name.partition(f"/{ROOT}/")
        head, _, path = below.partition("/")
        for stage in stages:
            if stage.name == head and (found := self.table(stage.labels).get(path)):
                return [(stage, found)]
        for stage in stages:  # `default` may be left out
            if stage.name == DEFAULT and (found := self.table(stage.labels).get(below)):
                return [(stage, found)]
        return []


class Teller:
    """Tells what of the controls has moved, at most ten times a second."""

    def __init__(self, patch: Patch) -> None:
        """Begin with nothing told."""
        self._patch = patch
        self._told: dict[str, State] = {}
        self._told_at: dict[str, float] = {}

    def forget(self) -> None:
        """Tell all values anew with the next telling."""
        self._told.clear()

    def everything(self, stage: StageView) -> list[bytes]:
        """Return packets of all values of a stage."""
        return encode_state(self._patch.state(stage))

    def moved(self, stage: StageView, now: float) -> list[bytes]:
        """Return packets of the values that differ from those that were told.

        Args:
            stage: As it is now.
            now: The server's clock, seconds.
        """
        if now - self._told_at.get(stage.name, float("-inf")) < TELL_EVERY:
            return []
        self._told_at[stage.name] = now
        state, told = self._patch.state(stage), self._told.get(stage.name, {})
        self._told[stage.name] = state
        return encode_state(
            {name: value for name, value in state.items() if told.get(name) != value}
        )


def encode_state(state: State) -> list[bytes]:
    """Return a message for each value, bundled in packets that no network cuts in pieces."""
    bundles: list[list[bytes]] = []
    size = BUNDLE_LIMIT
    for address, value in state.items():
        message = encode_message(address, value)
        size += len(message)
        if size > BUNDLE_LIMIT:
            bundles.append([])
            size = len(message)
        bundles[-1].append(message)
    return [encode_bundle(bundle) for bundle in bundles]


def _note(
    address: Address, arguments: tuple[Value, ...], stage: StageView, note: Pending, now: float
) -> None:
    if not address.control:
        action = _action(address, arguments)
        if action is not None and action not in note.actions:
            note.actions.append(action)
        return
    value, fade = _change(address, arguments, stage, note, now)
    try:
        Set.model_validate({address.control: value, "fade": fade})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        got = f"{first['input']!r:.40}"
        raise OscError("value", address=address.path, reason=first["msg"], got=got) from None
    note.changes[address.control] = value, fade


def _change(
    address: Address, arguments: tuple[Value, ...], stage: StageView, note: Pending, now: float
) -> tuple[object, float]:
    first = _first(address, arguments)
    match address.kind:
        case "number":
            return _within(number(first), address), 0.0
        case "truth":
            return number(first) != 0.0, 0.0
        case "beat":
            return {"bpm": _within(number(first), address), "at": now, "by": "osc"}, 0.0
        case "weight":
            before, _ = note.changes.get("emotion", (stage.controls.emotion, 0.0))
            assert isinstance(before, dict)
            label = address.path.partition("/")[2]
            return with_weight(before, label, _within(number(first), address)), 0.0
        case "emotion":
            more = [number(each) for each in arguments[1:3]]
            weight, fade = [*more, *(1.0, 0.0)[len(more) :]]
            return {_word(first, address): weight}, fade
        case _:
            return _word(first, address), 0.0


def _action(address: Address, arguments: tuple[Value, ...]) -> Action | None:
    """Return what is to be done: nothing where a button is let go, which sends 0."""
    if address.kind == "cue":
        if not arguments:
            return Go(None)
        first = arguments[0]
        if isinstance(first, str):
            return Go(first)
        if isinstance(first, bool):
            return Go(None) if first else None
        return Go(int(number(first))) if number(first) else None
    return address.path if _pressed(arguments) else None


def _pressed(arguments: tuple[Value, ...]) -> bool:
    """Return whether a trigger is meant to act: a button that is let go sends 0."""
    return not arguments or number(arguments[0]) != 0.0


def _first(address: Address, arguments: tuple[Value, ...]) -> Value:
    if not arguments:
        raise OscError("arguments", address=address.path, types=repr(address.types))
    return arguments[0]


def _word(value: Value, address: Address) -> str:
    if not isinstance(value, str):
        raise OscError("word", address=address.path, got=f"{value!r:.40}")
    if address.choices and value not in address.choices:
        choices, got = ", ".join(address.choices), repr(value[:40])
        raise OscError("choice", address=address.path, choices=choices, got=got)
    return value


def _within(value: float, address: Address) -> float:
    assert address.range is not None
    least, most = address.range
    if not least <= value <= most:
        raise OscError("range", address=address.path, least=least, most=most, got=value)
    return value
