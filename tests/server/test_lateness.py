"""When a server says that its machine is too slow."""

import pytest

from server.stages.lateness import Lateness, Overload


@pytest.mark.parametrize(
    ("shares", "warned"),
    [
        ([0.0, 0.2, 0.25, 0.6, 0.3], [2]),
        ([0.3, 0.1, 0.3], [0]),
        ([0.3, 0.05, 0.3], [0, 2]),
        ([0.2] * 4, []),
    ],
)
def test_it_is_told_once_until_all_is_well_again(shares, warned):
    overload = Overload()
    assert [at for at, share in enumerate(shares) if overload.begins(share)] == warned


def test_a_machine_that_is_always_late_is_told_within_seconds():
    lateness, overload = Lateness(), Overload()
    frames = 0
    while not overload.begins(lateness.share):
        lateness.count(True)
        frames += 1
    assert 60 < frames < 300
