from itertools import islice
from types import SimpleNamespace

import psutil
import pytest

from server.bench import fanout as bench_fanout
from server.bench.broadcasters import Broadcaster
from server.bench.crowd import Crowd
from server.bench.fanout import fanout_rows


def test_frames_reach_the_viewers_and_their_cost_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = psutil.Process().cpu_affinity()
    if len(cores) < 2:
        pytest.skip("there is only one core")
    monkeypatch.setattr(bench_fanout, "ROUNDS", 1)
    monkeypatch.setattr(bench_fanout, "SECONDS", 1)
    age, cost = islice(fanout_rows((2,)), 2)
    assert (age.unit, cost.unit) == ("ms", "µs")
    assert (age.count, cost.count) == (2, 2)
    assert age.median is not None
    assert 0 < age.median < 1000
    assert cost.median is not None
    assert cost.median > 0
    assert cost.ratio is not None


@pytest.mark.parametrize("kind", ["bhava, TLS", "JSON in turn", "HTTP polling"])
def test_every_server_says_when_a_frame_was_made(kind: Broadcaster) -> None:
    core = psutil.Process().cpu_affinity()[0]
    with (
        bench_fanout.serving(kind, 1, core) as (port, _),
        bench_fanout.gathered(kind, port, 1) as one,
    ):
        seen = one.watch(1.0)
    assert isinstance(one, Crowd)
    assert len(seen) > 3
    assert (seen[:, 1] > 0).all()
    assert (seen[:, 1] < 1).all()


def test_a_viewer_who_is_cut_off_is_counted_and_harms_nobody() -> None:
    core = psutil.Process().cpu_affinity()[0]
    with (
        bench_fanout.serving("bare protocol", 1, core) as (port, process),
        bench_fanout.gathered("bare protocol", port, 2) as two,
    ):
        assert len(two.watch(1.0)) > 3
        process.kill()
        two.watch(0.5)
    assert two.lost == 2


def test_one_core_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    lonely = SimpleNamespace(cpu_affinity=lambda: [0])
    monkeypatch.setattr(psutil, "Process", lambda: lonely)
    [row] = fanout_rows()
    assert row.median is None
    assert "two cores" in row.note
