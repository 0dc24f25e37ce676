"""The beat of a MIDI clock: messages and times in, beats out; no port and no clock.

`web/src/sound/midiClock.ts` hears the same for the console.

References:
    MIDI Association, "MIDI 1.0 Detailed Specification", 1996, system real time messages
"""

import math
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

TICKS_PER_BEAT = 24
TICKS_PER_BAR = 4 * TICKS_PER_BEAT
TICKS_PER_SIXTEENTH = 6
"""A song position counts sixteenths."""

WINDOW = TICKS_PER_BAR
"""Ticks that the line is laid through: a bar, so that a tick that comes late counts little."""

FEWEST = TICKS_PER_BEAT

SILENCE = 0.5
"""Seconds; a longer silence is the end of the clock."""

ASTRAY, ASTRAY_TICKS = 0.015, 3
"""So many ticks in a row that are farther from the line than so many seconds have another tempo."""

MOVED = 0.001
"""Seconds by which a beat must have moved to be told."""

SLOWEST, FASTEST = 20.0, 400.0
"""Beats a minute that are taken for a tempo."""

POSITION, TICK, START, CONTINUE = 0xF2, 0xF8, 0xFA, 0xFB


class Tempo(NamedTuple):
    """Evenly spaced beats.

    Attributes:
        bpm: Beats a minute.
        at: When a bar began, seconds.
    """

    bpm: float
    at: float


class MidiClock:
    """Hears the beat of a clock.

    Ticks arrive unevenly, by some milliseconds. So no tick is believed: a straight line through the
    last 96, by least squares, tells tempo and beat.
    """

    def __init__(self) -> None:
        """Begin before any tick."""
        self._ticks: deque[tuple[int, float]] = deque(maxlen=WINDOW)
        self._next = self._astray = 0
        self._told: Tempo | None = None

    def receive(self, data: Sequence[int], now: float) -> Tempo | None:
        """Take in a message; one that is no clock's is ignored.

        Args:
            data: One MIDI message.
            now: When it came, seconds.

        Returns:
            A tempo where there is news, else None.
        """
        match data[0]:
            case 0xFA:
                self._move_to(0)
            case 0xFB:
                self._move_to(self._next)
            case 0xF2 if len(data) == 3:
                self._move_to((data[1] + 128 * data[2]) * TICKS_PER_SIXTEENTH)
            case 0xF8:
                return self._tick(now)
        return None

    def _move_to(self, index: int) -> None:
        moved = index - self._next
        self._ticks = deque(((each + moved, time) for each, time in self._ticks), WINDOW)
        self._next, self._told = index, None

    def _tick(self, now: float) -> Tempo | None:
        if self._ticks and now - self._ticks[-1][1] > SILENCE:
            self._ticks.clear()
            self._told = None
        self._keep_tempo(now)
        self._ticks.append((self._next, now))
        on_beat = self._next % TICKS_PER_BEAT == 0
        self._next += 1
        if len(self._ticks) < FEWEST or (self._told and not on_beat):
            return None
        tempo = self._fit()
        if tempo is None or (self._told and abs(_drift(self._told, tempo, now)) < MOVED):
            return None
        self._told = tempo
        return tempo

    def _keep_tempo(self, now: float) -> None:
        """Forget the ticks of another tempo."""
        if len(self._ticks) >= FEWEST:
            period, zero = self._line()
            off = abs(now - (zero + self._next * period)) > ASTRAY
            self._astray = self._astray + 1 if off else 0
        if self._astray == ASTRAY_TICKS:
            for _ in range(len(self._ticks) - ASTRAY_TICKS + 1):
                self._ticks.popleft()
            self._astray, self._told = 0, None

    def _fit(self) -> Tempo | None:
        period, zero = self._line()
        bpm = 60.0 / (period * TICKS_PER_BEAT) if period > 0.0 else math.inf
        bar = (self._next - 1) // TICKS_PER_BAR * TICKS_PER_BAR
        return Tempo(bpm, zero + bar * period) if SLOWEST <= bpm <= FASTEST else None

    def _line(self) -> tuple[float, float]:
        """Return the seconds of a tick, and when the one of index 0 is due, by least squares."""
        count = len(self._ticks)
        middle = sum(index for index, _ in self._ticks) / count
        mean = sum(time for _, time in self._ticks) / count
        products = sum((index - middle) * (time - mean) for index, time in self._ticks)
        period = products / sum((index - middle) ** 2 for index, _ in self._ticks)
        return period, mean - middle * period


def _drift(told: Tempo, tempo: Tempo, now: float) -> float:
    """Return how far the beat of one tempo is from that of another by now, seconds."""
    here, there = (
        each.at + round((now - each.at) * each.bpm / 60.0) * 60.0 / each.bpm
        for each in (told, tempo)
    )
    return here - there
