"""A musician of an Ableton Link session, by aalink; `make peers` runs this.

    play_link.py BPM

It says, ten times a second, how many others play, and when a bar began on the machine's clock.
"""

import asyncio
import sys
import time

from aalink import Link

BAR = 4


async def play(bpm: float) -> None:
    link = Link(bpm)
    link.quantum = BAR
    link.enabled = True
    while True:
        await asyncio.sleep(0.1)
        began = time.monotonic() - link.phase * 60 / link.tempo
        print(link.num_peers, link.tempo, began, flush=True)


asyncio.run(play(float(sys.argv[1])))
