"""Ticks at a constant rate."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable


async def ticks(
    fps: float,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    move: Callable[[float], float] = lambda _: 0.0,
) -> AsyncIterator[float]:
    """Yield the scheduled time of each tick, when it has come.

    The schedule is fixed at the start and moves by nothing but `move`, so that lateness never adds
    up. Ticks whose time has passed while the consumer was busy are left out, not made up for in a
    burst.

    Args:
        fps: Ticks per second.
        clock: Monotonic time in seconds.
        sleep: Waits for a number of seconds.
        move: Seconds by which all later ticks come later, by the time of the tick before.
    """
    start = clock()
    tick = 0
    while True:
        due = start + tick / fps
        await sleep(max(0.0, due - clock()))
        yield due
        start += move(due)
        late = math.floor((clock() - start) * fps)
        tick = max(tick + 1, late)
