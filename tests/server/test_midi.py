"""MIDI at the server: clock, timecode and show control; `tests/peers/peer_midi.py` uses JACK."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from motion.errors import SetupError
from server.links import midi_in
from server.links.desk import Desk
from server.links.kinds import LinkSpec
from server.links.link import MOST_PACKETS
from server.links.midi_clock import CONTINUE, POSITION, START, TICK, MidiClock, Tempo
from server.links.midi_in import Connection, MidiIn, MidiPort
from server.links.midi_timecode import MtcReader, parse_show_control
from server.links.patch import Action, Go, StageView
from server.links.rack import Rack
from server.sentence import OpenError, Sentence
from server.telemetry.faults import Faults
from server.wire.messages import Beat, Controls, Set

GO_10_5 = bytes.fromhex("f07f 7f 02 01 01 31302e35 00 31 f7")
"""GO of cue 10.5 in list 1 to lighting devices, as MIDI Show Control 1.1 writes it."""


def quarters(hours: int, minutes: int, seconds: int, frames: int, rate: int = 1) -> list[list[int]]:
    """Return the quarter frames of a time; a rate of 1 means 25 frames a second."""
    digits = [frames, seconds, minutes, hours | rate << 5]
    pieces = [part for each in digits for part in (each & 15, each >> 4)]
    return [[0xF1, number << 4 | piece] for number, piece in enumerate(pieces)]


def play(clock: MidiClock, bpm: float, start: float, ticks: int, jitter: float) -> list[Tempo]:
    """Send ticks that come unevenly; beats that were told are right to 2 ms from a bar on."""
    chance, told = random.Random(0), list[Tempo]()
    for tick in range(ticks):
        due = start + tick * 60 / bpm / 24
        tempo = clock.receive([TICK], due + jitter * chance.uniform(-1, 1))
        told += [tempo] if tempo else []
        if told and tick >= 96 and tick % 24 == 0:
            beats = (due - told[-1].at) * told[-1].bpm / 60
            assert abs(beats - round(beats)) * 60 / told[-1].bpm < 0.002
    return told


@pytest.mark.parametrize("bpm", [60.0, 96.0, 126.0, 174.0])
def test_a_clock_keeps_the_beat_to_two_milliseconds(bpm: float) -> None:
    told = play(MidiClock(), bpm, 100.0, 24 * 120, 0.0027)
    assert told[-1].bpm == pytest.approx(bpm, abs=0.3)


def test_an_even_clock_is_told_once_and_a_start_begins_a_bar() -> None:
    clock = MidiClock()
    ((bpm, at),) = play(clock, 120.0, 0.0, 24 * 9 + 7, 0.0)
    assert (bpm, at) == (pytest.approx(120.0), pytest.approx(0.0, abs=1e-9))
    begun = (24 * 9 + 7) / 48
    clock.receive([START], begun)
    assert play(clock, 120.0, begun, 48, 0.0)[0].at == pytest.approx(begun)
    clock.receive([POSITION, 8, 0], begun + 1.0)  # half a bar into the song
    clock.receive([CONTINUE], begun + 1.0)
    assert play(clock, 120.0, begun + 1.0, 48, 0.0)[0].at == pytest.approx(begun)


def test_another_tempo_is_followed_and_silence_begins_anew() -> None:
    clock = MidiClock()
    play(clock, 120.0, 0.0, 24 * 8, 0.002)
    assert play(clock, 150.0, 4.0, 72, 0.002)[-1].bpm == pytest.approx(150.0, abs=3.0)
    assert play(clock, 90.0, 60.0, 48, 0.0)[0].bpm == pytest.approx(90.0)
    assert play(MidiClock(), 6000.0, 0.0, 200, 0.0) == []


def test_quarter_frames_tell_a_time_forward_and_in_reverse() -> None:
    reader, at = MtcReader(), 3600 + 2 * 60 + 3
    told = [reader.receive(each) for each in quarters(1, 2, 3, 4)]
    assert told == [None] * 7 + [pytest.approx(at + 4 / 25 + 7 / 4 / 25)]
    for each in reversed(quarters(1, 2, 3, 8)):
        told.append(reader.receive(each))
    assert told[8:] == [None] * 7 + [pytest.approx(at + 8 / 25)]


def test_a_time_of_pieces_from_before_a_gap_is_not_told() -> None:
    reader = MtcReader()
    pieces = quarters(1, 2, 3, 4)
    told = [reader.receive(each) for each in pieces[4:] + pieces[1:]]
    assert told == [None] * len(told)


def test_full_frames_are_told_unless_they_are_no_time() -> None:
    head, reader = [0xF0, 0x7F, 0x7F, 1, 1], MtcReader()
    assert reader.receive([*head, 1 | 3 << 5, 2, 3, 15, 0xF7]) == pytest.approx(3723.5)
    assert reader.receive([*head, 24, 0, 0, 0, 0xF7]) is None
    assert reader.receive([*head, 1, 2, 3]) is None


def test_a_go_of_show_control_names_a_cue_or_means_the_next_one() -> None:
    assert parse_show_control(GO_10_5) == Go("10.5")
    assert parse_show_control(GO_10_5[:6] + b"\xf7") == Go(None)
    assert parse_show_control(GO_10_5[:-1]) is None
    assert parse_show_control(GO_10_5[:5] + b"\x02" + GO_10_5[6:]) is None  # STOP
    assert parse_show_control(GO_10_5.replace(b"10.5", b"a\xff.5")) is None


class Cable(Connection):
    """An input that a test plays on."""

    def __init__(self, _: MidiPort, receive: Callable[[list[int]], None]) -> None:
        self.name, self.play = "Keyboard 1", receive
        self.plugged = True

    def check(self) -> None:
        if not self.plugged:
            raise OpenError("midi_input", wanted=self.name, got="none")

    def close(self) -> None:
        self.name = ""


class Show:
    """A stage and its link, at a time of the test's own."""

    def __init__(self, address: str) -> None:
        self.now, self.tempo = 100.0, "midi"
        self.wishes = list[Set]()
        self.beats, self.actions = list[Beat](), list[Action]()
        self.positions = list[tuple[float, float]]()
        self.desk = Desk(self.stages, self.set, self.act, self.chase, lambda: self.now)
        self.link = MidiIn(MidiPort.parse(address), self.desk, self.connect)

    def connect(self, port: MidiPort, receive: Callable[[list[int]], None]) -> Connection:
        self.cable = Cable(port, receive)
        return self.cable

    def stages(self) -> list[StageView]:
        return [StageView("default", ("sad",), Controls.model_validate({"tempo": self.tempo}))]

    def set(self, _: str, wish: Set) -> None:
        self.wishes.append(wish)
        if wish.beat is not None:
            self.beats.append(wish.beat)

    def act(self, _: str, action: Action) -> None:
        self.actions.append(action)

    def chase(self, _: str, position: float, speed: float, _now: float) -> None:
        self.positions.append((position, speed))

    def beat(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += 1 / 48
            self.cable.play([TICK])
            self.link.flush()


async def test_the_clock_sets_the_beat_of_a_stage_that_goes_by_midi() -> None:
    show = Show("Key")
    await show.link.open()
    show.tempo = "any"
    show.beat(100)
    assert show.beats == []
    show.tempo = "midi"
    show.beat(100)
    assert [(each.bpm, each.by) for each in show.beats] == [(pytest.approx(120.0), "midi")]
    newest = Sentence.of("clock_heard", bpm="120.0", sender="Keyboard 1")
    assert show.link.traffic.newest == newest


async def test_timecode_and_go_run_the_cues_where_they_may() -> None:
    show = Show("Key?may=timecode,go")
    await show.link.open()
    for frames in range(0, 20, 2):
        for message in quarters(0, 1, 0, frames):
            show.now += 0.01
            show.cable.play(message)
        show.link.flush()
    assert show.positions[0] == (pytest.approx(60 + 7 / 4 / 25), 0.0)
    assert show.positions[-1] == (pytest.approx(60 + 18 / 25 + 7 / 4 / 25), 1.0)
    show.now += 1.0
    show.link.flush()
    assert show.positions[-1][1] == 0.0
    show.cable.play(list(GO_10_5))
    show.link.flush()
    assert show.actions == [Go("10.5")]


async def test_nothing_runs_the_cues_unasked_and_too_many_messages_are_counted() -> None:
    show = Show("Key")
    await show.link.open()
    for message in [*quarters(0, 1, 0, 0), list(GO_10_5), [], [0xF1], [0xF2]]:
        show.cable.play(message)
    show.link.flush()
    assert (show.positions, show.actions, show.link.traffic.refused) == ([], [], 2)
    assert show.link.traffic.refusal == Sentence.of("permission", control="go")
    for _ in range(MOST_PACKETS + 1):
        show.cable.play([0x90, 60, 100])
    assert show.link.traffic.refusal == Sentence.of("packets", most=MOST_PACKETS)


async def test_faders_and_keys_reach_the_addresses_of_osc() -> None:
    keys = "note36=go:4&note37=mode:duet&note38=take_up&note39=look:ink"
    show = Show(f"Key?cc1=energy&cc2=emotion/sad&cc3=x&{keys}")
    await show.link.open()
    faders = "b50100 b5017f b0027f"
    pressed, let_go = "90245a 902501 902601", "902400 802640 802740 902700"
    for data in f"{faders} {let_go} {pressed} 906301 b0".split():
        show.cable.play(list(bytes.fromhex(data)))
    show.link.flush()
    assert [wish.changes for wish in show.wishes] == [
        {"energy": 2.0},
        {"emotion": {"sad": 1.5}},
        {"mode": "duet"},
    ]
    assert show.actions == [Go("4"), "take_up"]
    assert show.link.traffic.refused == 0
    said = Sentence.of("played", path="take_up", level=1, sender="Keyboard 1")
    assert show.link.traffic.newest == said
    show.link.flush()
    assert len(show.wishes) == 3
    show.cable.play([0xB0, 3, 1])
    show.link.flush()
    assert show.link.traffic.refusal is not None
    assert show.link.traffic.refusal.key == "address"


async def test_an_input_that_was_unplugged_is_told_and_opened_again() -> None:
    show = Show("Key")
    rack = Rack(show.desk, Faults(), [LinkSpec(kind="midi-in", address="Key")])
    slot = rack.slots[1]
    slot.link = show.link
    await rack.open()
    before = show.cable
    before.plugged = False
    rack.flush()
    assert slot.failed == Sentence.of("midi_input", wanted="Keyboard 1", got="none")
    assert before.name == ""  # closed
    rack.flush()
    await rack.retry()
    assert (slot.failed, show.cable is before) == (None, False)
    show.beat(100)
    assert show.beats


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?stage=a",
        "Key?may=panic",
        "Key?system=alsa",
        "Key?x=1",
        "Key?cc128=energy",
        "Key?note1=",
    ],
)
def test_an_address_that_means_nothing_is_refused(address: str) -> None:
    with pytest.raises(SetupError, match="expected"):
        MidiPort.parse(address)


def test_a_machine_without_midi_and_one_without_the_library_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(midi_in, "ALSA_SEQUENCER", tmp_path / "seq")
    monkeypatch.setattr(midi_in, "import_module", lambda _: None)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(OpenError, match=r"expected MIDI of ALSA, got none: .*seq"):
        Connection(MidiPort("Key"), lambda _: None)

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(midi_in, "import_module", missing)
    with pytest.raises(OpenError, match=r"python-rtmidi.*pip install 'bhava\[midi\]'"):
        Connection(MidiPort("Key"), lambda _: None)


def test_a_machine_without_jack_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "nobody-runs-this")
    with pytest.raises(OpenError, match="expected a running JACK server, got none"):
        Connection(MidiPort("Key", jack=True), lambda _: None)
