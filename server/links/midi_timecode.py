"""MIDI timecode and MIDI Show Control: messages in, positions and cues out; no port and no clock.

`web/src/console/timecode/mtcReader.ts` and `web/src/console/midi/parseShowControl.ts` read the same
for the console.

References:
    MIDI Association, "MIDI Time Code", RP-004/008, and "MIDI Show Control 1.1", RP-002/014
"""

from collections.abc import Sequence

from server.links.patch import Go

RATES = 24, 25, 30, 30
"""Frames a second by the two bits that tell the rate."""

PIECES = 8
"""Quarter frames that tell a time together; they take two frames."""

LONGEST_CUE = 32
_QUARTER, _SYSEX_END = 0xF1, 0xF7
_UNIVERSAL, _FULL_FRAME = b"\xf0\x7f", b"\x01\x01"
_SHOW_CONTROL, _GO = b"\x02", b"\x01"


class MtcReader:
    """Puts positions together."""

    def __init__(self) -> None:
        """Begin before any message."""
        self._pieces = [0] * PIECES
        self._last = self._direction = self._run = 0

    def receive(self, data: Sequence[int]) -> float | None:
        """Take in a message.

        Returns:
            Seconds since midnight where the message completes a time of the day, else None.
        """
        if data[0] == _QUARTER and len(data) == 2:
            return self._quarter_frame(data[1])
        head = bytes(data[:5])
        if len(data) == 10 and (head[:2], head[3:]) == (_UNIVERSAL, _FULL_FRAME):
            hours, minutes, seconds, frames = data[5:9]
            return _position(hours & 31, minutes, seconds, frames, RATES[hours >> 5 & 3])
        return None

    def _quarter_frame(self, byte: int) -> float | None:
        piece = byte >> 4 & 7
        direction = {1: 1, PIECES - 1: -1}.get((piece - self._last) % PIECES, 0)
        # A time put together of pieces from before a gap or a turn is wrong.
        follows = direction != 0 and self._direction in (0, direction)
        self._run = self._run + 1 if follows else 1
        self._direction, self._last = direction, piece
        self._pieces[piece] = byte & 15
        if direction == 0 or piece != (PIECES - 1 if direction > 0 else 0) or self._run < PIECES:
            return None
        frames, seconds, minutes, hours = (
            low + 16 * high for low, high in zip(self._pieces[::2], self._pieces[1::2], strict=True)
        )
        rate = RATES[hours >> 5 & 3]
        told = _position(hours & 31, minutes, seconds, frames, rate)
        # It was so at its first piece: forward seven quarters of a frame ago, in reverse now.
        return told if told is None or direction < 0 else told + 7 / 4 / rate


def _position(hours: int, minutes: int, seconds: int, frames: int, rate: int) -> float | None:
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= rate:
        return None
    return 3600 * hours + 60 * minutes + seconds + frames / rate


def parse_show_control(data: Sequence[int]) -> Go | None:
    """Read a GO of MIDI Show Control: `F0 7F device 02 format 01 cue 00 list F7`.

    Returns:
        The cue that is to go; None for all other messages.
    """
    message = bytes(data)
    kind = message[:2], message[3:4], message[5:6]
    if kind != (_UNIVERSAL, _SHOW_CONTROL, _GO) or message[-1] != _SYSEX_END:
        return None
    cue = message[6:-1].partition(b"\0")[0]
    if not cue:
        return Go(None)
    named = len(cue) <= LONGEST_CUE and all(chr(each) in "0123456789." for each in cue)
    return Go(cue.decode()) if named else None
