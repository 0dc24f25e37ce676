import shutil
from types import SimpleNamespace

import psutil
import pytest

from server.bench.relays import relay_rows


def test_without_a_nats_server_the_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    [row] = relay_rows()
    assert row.median is None
    assert row.note == "not measured: needs the program nats-server"


def test_one_core_is_not_enough_for_relays(monkeypatch: pytest.MonkeyPatch) -> None:
    lonely = SimpleNamespace(cpu_affinity=lambda: [0])
    monkeypatch.setattr(psutil, "Process", lambda: lonely)
    monkeypatch.setattr(shutil, "which", lambda name: name)
    [row] = relay_rows()
    assert row.note == "not measured: needs two cores"
