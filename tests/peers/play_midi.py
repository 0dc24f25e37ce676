"""A MIDI sequencer on JACK, by JACK-Client; `make peers` runs this.

    play_midi.py BPM

It plays a clock and timecode of 25 frames a second from 01:00:00:00, then GO of cue 2 for lighting
and controller 7 at full every second.
"""

import sys
import time

import jack

TICKS_PER_BEAT, QUARTERS = 24, 100
CLOCK = (0xF8,)
FADER = 0xB0, 7, 127
GO = bytes.fromhex("f07f7f020101 32 00 31 f7")

client = jack.Client("Sequencer", servername=None, no_start_server=True)
port = client.midi_outports.register("out")
bpm = float(sys.argv[1])
state = {"frame": 0}


def quarter(number: int) -> tuple[int, int]:
    """Return one quarter frame; two frames after one another share a time of eight of them."""
    frames, piece = number // 8 * 2, number % 8
    digits = [frames % 25, frames // 25 % 60, frames // 1500 % 60, 1 | 1 << 5]
    return 0xF1, piece << 4 | (digits[piece // 2] >> 4 * (piece % 2) & 15)


def due(size: int, period: float) -> list[tuple[int, int]]:
    """Return the number and the offset of what is due within a block, evenly spaced in samples."""
    begin = state["frame"]
    first = -(-begin // period)
    found, number = [], int(first)
    while number * period < begin + size:
        found.append((number, int(number * period - begin)))
        number += 1
    return found


@client.set_process_callback
def process(size: int) -> None:
    """Write what is due, in its order."""
    rate = client.samplerate
    port.clear_buffer()
    events = [(offset, CLOCK) for _, offset in due(size, rate * 60 / bpm / TICKS_PER_BEAT)]
    events += [(offset, quarter(number)) for number, offset in due(size, rate / QUARTERS)]
    events += [(offset, each) for _, offset in due(size, rate) for each in (GO, FADER)]
    for offset, message in sorted(events, key=lambda event: event[0]):
        port.write_midi_event(offset, message)
    state["frame"] += size


with client:
    while True:
        time.sleep(1)
