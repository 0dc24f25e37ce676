"""How much of a frame's time the links to instruments take."""

import time
from collections.abc import Iterator
from itertools import count

import numpy as np
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.bench.bench import STAGES, timed
from server.bench.row import Row
from server.links.desk import Desk
from server.links.lights_out import ArtNetOut, LightsTarget, SacnOut
from server.links.link import Place
from server.links.midi_clock import TICK, TICKS_PER_BAR, TICKS_PER_BEAT, MidiClock, Tempo
from server.links.osc import decode_packet, encode_message
from server.links.osc_in import OscIn, OscPort
from server.links.patch import StageView
from server.links.vmc import VRM0, VmcEncoder
from server.links.vmc_decoder import VmcDecoder
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, Figure, FrameMessage

TICKS = 300
"""Ticks that count."""

MESSAGES = 34
"""Messages between two ticks, where 1,000 come in a second."""

OSC_AIM = 0.03
"""Milliseconds of a message: 1,000 a second are to take up to 3 % of a core."""

VMC_AIM = 1000 * 0.02 / (STAGES * 30)
"""Milliseconds of a frame: all stages at 30 frames a second are to take up to 2 % of a core."""

POSE_AIM = 1.0
"""Milliseconds of a pose that comes in: as much as landmarks may take to become one."""

BEAT_AIM = 2.0
"""Milliseconds that a beat of a MIDI clock may be wrong."""

JITTER = 0.0027
"""Seconds by which ticks of a MIDI clock come early or late, as measured with JACK."""

TEMPI = 60.0, 96.0, 126.0, 174.0
BARS = 60

_LABELS = "happy", "sad"
_HERE = Place("127.0.0.1", 0)


def link_rows() -> Iterator[Row]:
    """Yield the rows of OSC and MIDI that come in, of VMC both ways and of lamps; no sockets."""
    note = f"of 1,000 a second to {STAGES} stages, checked, read and handed to the stage"
    yield Row.from_values("an OSC message", "ms", _osc_times(), aim=OSC_AIM, note=note)
    note = f"{STAGES} stages at 30 frames a second may take 2 % of a core"
    yield Row.from_values("a frame as VMC", "ms", _vmc_times(), aim=VMC_AIM, note=note)
    note = "of one stage, by Art-Net and by sACN; most of it is the speed of the joints"
    yield Row.from_values("a frame for lamps", "ms", _lights_times(), note=note)
    note = "of a performer: 29 messages read, scaled and put on the floor"
    yield Row.from_values("a pose from VMC", "ms", _pose_times(), aim=POSE_AIM, note=note)
    note = f"at {', '.join(f'{bpm:g}' for bpm in TEMPI)} bpm, ticks up to 2.7 ms early or late"
    yield Row.from_values("error of a MIDI beat", "ms", _beat_errors(), aim=BEAT_AIM, note=note)
    note = "of a MIDI clock; 24 a beat"
    yield Row.from_values("a tick of MIDI", "ms", _tick_times(), note=note)


def _osc_times() -> list[float]:
    views = [StageView(f"stage {n}", _LABELS, Controls()) for n in range(STAGES)]
    desk = _desk(views)
    link = OscIn(OscPort(_HERE), desk)
    names = ("energy", "influence", "emotion/sad")
    packets = [
        encode_message(f"/bhava/stage {n % STAGES}/{names[n % len(names)]}", 0.5 + n / MESSAGES / 2)
        for n in range(MESSAGES)
    ]

    def tick() -> None:
        for packet in packets:
            link.endpoint.take(packet, _HERE)
        link.flush()

    return [timed(tick) / MESSAGES for _ in range(TICKS)]


def _vmc_times() -> list[float]:
    encoder, times = VmcEncoder(), count(step=1 / 30)
    pose, face = _any_pose(), np.ones(len(VRM0))
    return [timed(lambda: encoder.encode(pose, next(times), face)) for _ in range(TICKS)]


def _lights_times() -> list[float]:
    desk = _desk([])
    view = StageView("default", _LABELS, Controls())
    target = LightsTarget(_HERE, 1)
    lamps = [ArtNetOut(target, desk), SacnOut(target, desk)]
    weights, contacts, times = np.ones(len(_LABELS)), np.ones(4, bool), count(step=1 / 30)
    figure = Figure(PARTNER, 0, _any_pose(), contacts)

    def show() -> None:
        frame = FrameMessage(1, next(times), None, weights, (figure,))
        for link in lamps:
            link.show(view, frame)
            link.end_tick()

    return [timed(show) / len(lamps) for _ in range(TICKS)]


def _pose_times() -> list[float]:
    packets = VmcEncoder().encode(_any_pose(), 0.0, np.ones(len(VRM0)))
    decoder, times = VmcDecoder(), count(step=1 / 30)

    def receive() -> None:
        now = next(times)
        for packet in packets:
            for message in decode_packet(packet):
                decoder.receive(message, now)
        decoder.take(now)

    return [timed(receive) for _ in range(TICKS)]


def _beat_errors() -> list[float]:
    """Return how far beats are from those that were told, from the second bar on."""
    chance, errors = np.random.default_rng(0), []
    for bpm in TEMPI:
        clock, told = MidiClock(), Tempo(bpm, 0.0)
        for tick in range(BARS * TICKS_PER_BAR):
            due = tick * 60 / bpm / TICKS_PER_BEAT
            told = clock.receive([TICK], due + chance.uniform(-JITTER, JITTER)) or told
            if tick >= TICKS_PER_BAR and tick % TICKS_PER_BEAT == 0:
                beats = (due - told.at) * told.bpm / 60
                errors.append(1000 * abs(beats - round(beats)) * 60 / told.bpm)
    return errors


def _tick_times() -> list[float]:
    clock, times = MidiClock(), count(step=60 / 126 / TICKS_PER_BEAT)
    return [timed(lambda: clock.receive([TICK], next(times))) for _ in range(TICKS)]


def _desk(views: list[StageView]) -> Desk:
    """Return stages that take no notice of what they are told."""

    def ignore(*_: object) -> None:
        """Do nothing."""

    return Desk(lambda: list(views), ignore, ignore, ignore, time.monotonic)


def _any_pose() -> Pose:
    chance = np.random.default_rng(0)
    turned = Rotation.random(len(CANONICAL.joints), chance).as_quat()
    return Pose(chance.normal(size=3), turned)
