"""Puts a stage together from a model and a source."""

from collections.abc import Callable

from motion.engine import Engine
from motion.partner import Partner
from server.dance import Dance
from server.faults import Faults
from server.performer import Performer
from server.sources import BrowserSource, Source
from server.stage import Stage


def make_stage(
    engine: Engine,
    source: Source,
    clock: Callable[[], float],
    *,
    seed: int,
    accepts_performers: bool,
) -> Stage:
    """Return a stage whose partner dances with whom the source sees.

    Args:
        engine: The partner's model.
        source: Started.
        clock: Monotonic time in seconds.
        seed: Of all chance in the motion.
        accepts_performers: Whether a browser may take the place of the source.
    """
    faults = Faults()
    browser = source if isinstance(source, BrowserSource) else BrowserSource(clock)
    dance = Dance(
        engine.contract,
        lambda seed: Partner(engine, seed),
        Performer(source, browser, faults),
        faults,
        seed,
    )
    return Stage(engine.contract, dance, faults, accepts_performers)
