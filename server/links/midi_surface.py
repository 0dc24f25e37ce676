"""Notes and controllers of a MIDI device as messages to the addresses of OSC."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from server.links.addresses import Address
from server.links.osc import Value
from server.sentence import AddressError

NOTE_OFF, NOTE_ON, CONTROL_CHANGE = 0x80, 0x90, 0xB0
"""Upper four bits of a status byte; the lower are the channel, of which all are heard."""

MOST = 127
"""Greatest number of a note or controller, and greatest value of one."""

KEY = re.compile(r"(cc|note)(\d{1,3})")


class Played(NamedTuple):
    """A key or fader that was moved.

    Attributes:
        path: Address below the stage.
        word: Argument that the mapping names; empty for none.
        level: Share of its way, in [0, 1]; 0 where a key was let go.
    """

    path: str
    word: str
    level: float

    def arguments(self, address: Address) -> tuple[Value, ...] | None:
        """Return the arguments of a message to an address; None where a key was let go.

        Args:
            address: What `path` is on a stage.
        """
        if address.range is not None and not self.word:
            least, most = address.range
            return (least + self.level * (most - least),)
        if self.level == 0.0:
            return None
        return (self.word,) if self.word else ()


class MidiSurface:
    """What each note and controller of a device sets."""

    def __init__(self, options: Mapping[str, str]) -> None:
        """Read `ccN=ADDRESS[:WORD]` and `noteN=ADDRESS[:WORD]`.

        Raises:
            AddressError: If a number is too large or the address is missing.
        """
        self._goals: dict[tuple[str, int], tuple[str, str]] = {}
        for name, goal in options.items():
            path, _, word = goal.partition(":")
            if (found := KEY.fullmatch(name)) is None or int(found[2]) > MOST or not path:
                raise AddressError("midi_key", most=MOST, got=f"{name}={goal}"[:40])
            self._goals[found[1], int(found[2])] = path, word

    def read(self, data: list[int]) -> Played | None:
        """Return what a message means; None if it is no key or fader that is mapped."""
        if len(data) != 3:
            return None
        status, number, value = data[0] & 0xF0, data[1], data[2]
        kind = {NOTE_ON: "note", NOTE_OFF: "note", CONTROL_CHANGE: "cc"}.get(status, "")
        if (goal := self._goals.get((kind, number))) is None:
            return None
        return Played(*goal, 0.0 if status == NOTE_OFF else value / MOST)
