"""What a viewer saw of a server before, under and after something that happened to it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil
from jaxtyping import Float

from server.bench.crowd import Crowd

Array = np.ndarray

BEFORE, UNDER, AFTER = 3.0, 6.0, 3.0
"""Seconds of watching before, under and after an attack."""

LATER, LARGER = 15.0, 20.0
"""Milliseconds and megabytes that an attack may add to the 99th percentile and to memory."""

_SAMPLE = 0.1
"""Seconds between two looks at memory and descriptors."""


@dataclass(frozen=True)
class Span:
    """Some seconds of watching.

    Attributes:
        p50: Median age of a frame when the viewer's kernel received it, ms.
        p99: 99th percentile of it, ms.
        gap: Longest time between two frames, ms.
        memory: Resident at most, MB.
        files: Descriptors at most.
    """

    p50: float
    p99: float
    gap: float
    memory: float
    files: int

    @staticmethod
    def from_frames(seen: Float[Array, "N 3"], seconds: float, memory: float, files: int) -> "Span":
        """Return what a viewer saw; who saw nothing waited for all of the time."""
        if len(seen) < 2:
            return Span(1000 * seconds, 1000 * seconds, 1000 * seconds, memory, files)
        p50, p99 = np.percentile(1000 * seen[:, 1], [50, 99])
        gap = 1000 * np.diff(np.sort(seen[:, 0] + seen[:, 1])).max()
        return Span(float(p50), float(p99), float(gap), memory, files)


@dataclass(frozen=True)
class Outcome:
    """What an attack or a mishap did.

    Attributes:
        attack: Its name.
        before: Without it.
        under: While it went on.
        after: Once it was over.
        complete: Whether it went on all the time, as an attack does not whose process has ended.
    """

    attack: str
    before: Span
    under: Span
    after: Span
    complete: bool = True

    @property
    def held(self) -> bool:
        """Whether the server held what it aims at."""
        later = self.under.p99 - self.before.p99
        return self.complete and later <= LATER and self.under.memory - self.before.memory <= LARGER

    @property
    def cells(self) -> tuple[str, ...]:
        """The outcome as a row of a table."""
        spans = (self.before, self.under, self.after)
        return (
            self.attack,
            " / ".join(f"{span.p50:.1f}" for span in spans),
            " / ".join(f"{span.p99:.1f}" for span in spans),
            " / ".join(f"{span.gap:.0f}" for span in spans),
            " / ".join(f"{span.memory:.0f}" for span in spans),
            " / ".join(f"{span.files}" for span in spans),
            ("yes" if self.held else "no") if self.complete else "ended early",
        )


def watch(
    crowd: Crowd,
    process: psutil.Process,
    seconds: float,
    between: Callable[[], None] = lambda: None,
) -> Span:
    """Watch a server for some seconds; `between` is called ten times in each."""
    memory, files, due = [0], [0], [0.0]

    def sample() -> None:
        if time.monotonic() >= due[0]:
            due[0] = time.monotonic() + _SAMPLE
            memory.append(process.memory_info().rss)
            files.append(process.num_fds())
            between()

    seen = crowd.watch(seconds, sample)
    return Span.from_frames(seen, seconds, max(memory) / 2**20, max(files))
