"""A MIDI input of the server: clock, timecode and GO, and its notes and controllers."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from server.links.desk import Counted, Desk
from server.links.jack import JackWatch
from server.links.link import MOST_PACKETS, Link, parse_may, parse_options
from server.links.midi_clock import MidiClock, Tempo
from server.links.midi_surface import KEY, MidiSurface, Played
from server.links.midi_timecode import MtcReader, parse_show_control
from server.links.osc import OscError, OscMessage
from server.links.patch import DEFAULT, ROOT, Go, Patch, Pending
from server.links.timecode_run import TimecodeRun
from server.sentence import AddressError, OpenError, Sentence

LOOK_EVERY = 1.0
"""Seconds between two looks whether the input is still there; nobody plugs one in again sooner."""

ALSA_SEQUENCER = Path("/dev/snd/seq")


@dataclass(frozen=True)
class MidiPort:
    """An input, and what it may do.

    Attributes:
        input: A part of its name.
        stage: Name of the stage.
        jack: Whether JACK has it, instead of the system's own MIDI.
        may: What runs the cue list: `timecode`, `go`, both or none.
        surface: What its notes and controllers set.
    """

    input: str
    stage: str = DEFAULT
    jack: bool = False
    may: frozenset[str] = frozenset()
    surface: MidiSurface = MidiSurface({})  # noqa: RUF009 - it never changes

    @staticmethod
    def parse(text: str) -> "MidiPort":
        """Read `NAME[?stage=NAME&system=jack&may=timecode,go&ccN=ADDRESS&noteN=ADDRESS:WORD]`.

        Raises:
            AddressError: If it is not so.
        """
        name, options = parse_options(text, ("stage", "system", "may"), KEY)
        may = parse_may(options, ("timecode", "go"))
        if options.get("system", "jack") != "jack":
            raise AddressError("midi_option", got=options["system"][:40])
        if not name.strip():
            raise AddressError("midi_name")
        surface = MidiSurface({key: each for key, each in options.items() if KEY.fullmatch(key)})
        stage = options.get("stage", DEFAULT)
        return MidiPort(name.strip(), stage, "system" in options, may, surface)


class Connection:
    """An input of the library, opened when this is made.

    Attributes:
        name: Its whole name.
    """

    def __init__(self, port: MidiPort, receive: Callable[[list[int]], None]) -> None:
        """Open it.

        Args:
            port: The input.
            receive: Takes each message, in a thread of the library.

        Raises:
            OpenError: If the library, the MIDI of the system or the input is missing.
        """
        try:
            library = import_module("rtmidi")
        except ImportError:
            remedy, licence = "pip install 'bhava[midi]'", "MIT licence"
            raise OpenError(
                "package", package="python-rtmidi", licence=licence, remedy=remedy
            ) from None
        # The library would say so on the terminal, with every try.
        if sys.platform == "linux" and not port.jack and not ALSA_SEQUENCER.exists():
            raise OpenError("alsa_missing", place=str(ALSA_SEQUENCER))
        self._watch = (
            JackWatch(str(import_module("rtmidi._rtmidi").__file__)) if port.jack else None
        )
        api = library.API_UNIX_JACK if port.jack else library.API_UNSPECIFIED
        try:
            self._input: Any = library.MidiIn(api, "Bhava")
            self.name = self._open(port.input)
        except library.RtMidiError as error:
            self._leave()
            raise OpenError("midi_system", reason=str(error)) from error
        except OpenError:
            self._leave()
            raise
        self._input.ignore_types(sysex=False, timing=False)
        self._input.set_callback(lambda event, _: receive(event[0]))

    def check(self) -> None:
        """See that the input is still there: the library does not tell when it is unplugged.

        Raises:
            OpenError: If it is gone.
        """
        if self._watch is not None:
            self._watch.check()
        if self.name not in (names := self._input.get_ports()):
            raise _missing(self.name, names)

    def close(self) -> None:
        """Close it."""
        self._input.cancel_callback()
        self._input.close_port()
        self._input.delete()
        self._leave()

    def _open(self, wanted: str) -> str:
        """Open the first input whose name holds some words; return its whole name."""
        names: list[str] = self._input.get_ports()
        found = next((i for i, name in enumerate(names) if wanted in name), None)
        if found is None:
            raise _missing(wanted, names)
        self._input.open_port(found, "in")
        return names[found]

    def _leave(self) -> None:
        if self._watch is not None:
            self._watch.close()


class MidiIn(Link):
    """One input: sets the beat of a stage and its controls, and runs its cues if it may."""

    def __init__(
        self,
        port: MidiPort,
        desk: Desk,
        connect: Callable[[MidiPort, Callable[[list[int]], None]], Connection] = Connection,
    ) -> None:
        """Begin without an input.

        Args:
            port: The input, and what it may do.
            desk: Changes stages.
            connect: Opens the input; may raise OpenError.
        """
        super().__init__(f"midi-in {port.input}")
        self._port, self._desk, self._connect = port, desk, connect
        self._connection: Connection | None = None
        self._waiting: deque[tuple[list[int], float]] = deque()
        self._clock, self._reader, self._run = MidiClock(), MtcReader(), TimecodeRun()
        self._looked = 0.0
        self._patch, self._pending = Patch(), dict[str, Pending]()
        self._tempo: Tempo | None = None
        self._told: Tempo | None = None

    async def open(self) -> None:
        """Open the input; the library may take its time."""
        self._connection = await asyncio.to_thread(self._connect, self._port, self._take)
        self.name = f"midi-in {self._connection.name}"

    def close(self) -> None:
        """Close the input."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def flush(self) -> None:
        """Carry out what came since it was called before.

        Raises:
            OpenError: If the input is gone.
        """
        for _ in range(len(self._waiting)):
            self._hear(*self._waiting.popleft())
        now = self._desk.clock()
        if (stopped := self._run.stands(now)) is not None:
            self._chase(stopped, 0.0, now)
        self._follow()
        self._desk.carry_out(self._pending, self.traffic)
        self._pending.clear()
        if self._connection is not None and now - self._looked >= LOOK_EVERY:
            self._looked = now
            self._connection.check()

    def _take(self, data: list[int]) -> None:
        """Note a message and when it came; belongs to the library's thread."""
        self.traffic.received += 1
        if len(self._waiting) < MOST_PACKETS:
            self._waiting.append((data, self._desk.clock()))
        else:
            self.traffic.refuse(Sentence.of("packets", most=MOST_PACKETS))

    def _hear(self, data: list[int], now: float) -> None:
        if not data:
            return
        if (tempo := self._clock.receive(data, now)) is not None:
            self._tempo = tempo
            bpm = f"{tempo.bpm:.1f}"
            self.traffic.newest = Sentence.of("clock_heard", bpm=bpm, sender=self._sender)
        elif (position := self._reader.receive(data)) is not None:
            if self._allows("timecode"):
                self._chase(position, self._run.hear(position, now), now)
                told = f"{position:.2f}"
                self.traffic.newest = Sentence.of(
                    "timecode_heard", position=told, sender=self._sender
                )
        elif (go := parse_show_control(data)) is not None and self._allows("go"):
            pending = Pending(actions=[go])
            self._desk.carry_out({self._port.stage: pending}, self.traffic)
            self.traffic.newest = _words(go, self._sender)
        elif (played := self._port.surface.read(data)) is not None:
            self._play(played, now)

    def _play(self, played: Played, now: float) -> None:
        """Note what a key or fader sets; the newest value of a tick counts."""
        for stage in self._desk.stages():
            if stage.name != self._port.stage:
                continue
            address = self._patch.table(stage.labels).get(played.path)
            arguments = () if address is None else played.arguments(address)
            if arguments is None:
                return
            message = OscMessage(f"/{ROOT}/{stage.name}/{played.path}", arguments)
            try:
                self._patch.receive(message, [stage], self._pending, now)
            except OscError as error:
                self.traffic.refuse(error.sentence)
                return
            level = round(100 * played.level)
            self.traffic.newest = Sentence.of(
                "played", path=played.path, level=level, sender=self._sender
            )

    def _follow(self) -> None:
        """Tell the tempo to a stage that goes by MIDI."""
        for stage in self._desk.stages():
            if stage.name != self._port.stage:
                continue
            if stage.controls.tempo != "midi":
                self._told = None
            elif self._tempo != self._told and self._tempo is not None:
                self._told = self._tempo
                beat = {**self._tempo._asdict(), "by": "midi"}
                self._desk.carry_out({stage.name: Pending({"beat": (beat, 0.0)})}, self.traffic)

    def _allows(self, what: str) -> bool:
        if what not in self._port.may:
            self.traffic.refuse(Sentence.of("permission", control=what))
        return what in self._port.may

    def _chase(self, position: float, speed: float, now: float) -> None:
        with Counted(self.traffic):
            self._desk.chase(self._port.stage, position, speed, now)

    @property
    def _sender(self) -> str:
        return self._port.input if self._connection is None else self._connection.name


def _missing(wanted: str, names: list[str]) -> OpenError:
    if not names:
        return OpenError("no_midi_input", wanted=wanted)
    return OpenError("midi_input", wanted=wanted, got=", ".join(names)[:200])


def _words(go: Go, sender: str) -> Sentence:
    if go.cue is None:
        return Sentence.of("go_heard", sender=sender)
    return Sentence.of("cue_heard", cue=go.cue, sender=sender)
