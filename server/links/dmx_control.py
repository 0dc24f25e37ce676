"""The channels with which a lighting desk drives a stage; no socket and no clock.

A channel acts once it has moved since the desk was first heard, so that a desk that is switched on
changes nothing; where the desk falls silent, all stays as it is.
"""

from dataclasses import dataclass
from typing import NamedTuple

from motion.emotion import MAX_INTENSITY
from server.links.addresses import Address, Guarded
from server.links.dmx import EMOTIONS
from server.links.patch import Go, Patch, Pending, StageView
from server.sentence import Sentence

PRESSED = 127
"""Value above which a button is pressed."""

LOOKS = (
    "dancer",
    "athlete",
    "mannequin",
    "light",
    "motes",
    "ribbons",
    "ink",
    "echoes",
    "ghost",
)
"""Looks of `web/src/looks/lookCatalogue.ts`, in its order."""


class Step(NamedTuple):
    """A range of a channel that stands for a word.

    Attributes:
        least: Lowest value, in [0, 255]; the next step begins above the range.
        word: As the address takes it.
    """

    least: int
    word: str


@dataclass(frozen=True)
class ControlChannel:
    """One channel of a desk.

    Attributes:
        name: For desks.
        path: Address that it sets, behind `/bhava/STAGE/`; empty where nothing is set yet.
        steps: Words by range; empty for a fader and a button.
    """

    name: str
    path: str = ""
    steps: tuple[Step, ...] = ()


def evenly(words: tuple[str, ...]) -> tuple[Step, ...]:
    """Return steps of the same width."""
    return tuple(Step(-(-256 * i // len(words)), word) for i, word in enumerate(words))


CONTROL_CHANNELS = (
    *(ControlChannel(f"Emotion {number}", "emotion") for number in range(1, EMOTIONS + 1)),
    ControlChannel("Energy", "energy"),
    ControlChannel("Influence", "influence"),
    ControlChannel("Mode", "mode", evenly(("continue", "mirror", "duet", "answer", "solo"))),
    ControlChannel("Look", "look", evenly(("", *LOOKS))),
    ControlChannel("Panic", "panic", (Step(0, "none"), Step(10, "freeze"), Step(128, "dark"))),
    ControlChannel("Go", "go"),
    ControlChannel("Reserved 1"),
    ControlChannel("Reserved 2"),
)
"""The channels that a desk sets, in the order of the slots."""


class Surface:
    """What a desk's channels have done to one stage."""

    def __init__(self, may: frozenset[Guarded] = frozenset()) -> None:
        """Begin before the desk is heard.

        Args:
            may: Guarded controls that the desk may set.
        """
        self._patch = Patch(may)
        self._before: bytes | None = None
        self._taken: set[int] = set()

    def lose(self) -> None:
        """Note that the desk is silent: when it is heard again, no channel acts until it moves."""
        self._before = None
        self._taken.clear()

    def read(self, slots: bytes, stage: StageView) -> tuple[Pending, Sentence | None]:
        """Return the changes that channels which moved make, and why one of them may make none.

        Args:
            slots: Values of the channels; those that are missing stay as they were.
            stage: As it is now.
        """
        before, now = self._before, slots[: len(CONTROL_CHANNELS)]
        pending, refusal = Pending(), None
        self._before = now + (before or b"")[len(now) :]
        moved = [
            i for i, (old, new) in enumerate(zip(before or b"", now, strict=False)) if old != new
        ]
        self._taken.update(moved)
        for index in moved:
            channel, value = CONTROL_CHANNELS[index], now[index]
            address = self._patch.table(stage.labels).get(channel.path)
            if address is None:
                if channel.path:
                    refusal = Sentence.of("permission", control=channel.path)
            elif channel.path == "emotion":
                pending.changes["emotion"] = self._emotion(stage), 0.0
            elif channel.path != "go":
                pending.changes[channel.path] = _value(channel, address, value), 0.0
            elif before and value > PRESSED >= before[index]:
                pending.actions.append(Go(None))
        return pending, refusal

    def _emotion(self, stage: StageView) -> dict[str, float]:
        """Return the weights with those of all faders that were taken, within the greatest sum."""
        assert self._before is not None
        weights = dict(stage.controls.emotion)
        for index, label in enumerate(stage.labels[:EMOTIONS]):
            if index in self._taken:
                weights[label] = MAX_INTENSITY * self._before[index] / 255
        excess = max(1.0, sum(weights.values()) / MAX_INTENSITY)
        return {label: weight / excess for label, weight in weights.items()}


def _value(channel: ControlChannel, address: Address, value: int) -> float | str:
    if channel.steps:
        return next(step.word for step in reversed(channel.steps) if value >= step.least)
    assert address.range is not None
    least, most = address.range
    return least + (most - least) * value / 255
