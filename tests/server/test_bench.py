import io
import json

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import bhava
from server.bench import bench
from server.bench import live as bench_live
from server.bench.bench import Row
from server.bench.report import as_table, to_json


def test_a_row_tells_the_middle_the_tail_and_the_peer() -> None:
    row = Row.of("dance", "ms", np.arange(101.0), aim=60.0, peer=[25.0, 25.0])
    assert (row.median, row.p95, row.ratio) == (50.0, 95.0, 2.0)


def test_what_could_not_be_measured_is_named_without_a_number() -> None:
    rows = [Row("memory", "MB", aim=1200.0, note="not measured: needs --video")]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(as_table(rows))
    assert to_json(rows)["rows"][0]["median"] is None
    [line] = [line for line in console.export_text().splitlines() if "memory" in line]
    assert "not measured: needs --video" in line


def test_the_command_measures_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, count in (
        (bench, "WARM_UP", 8),
        (bench, "FRAMES", 20),
        (bench_live, "FRAMES", 20),
        (bench_live, "STARTS", 1),
    ):
        monkeypatch.setattr(module, name, count)
    result = CliRunner().invoke(bhava.app, ["bench", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["machine"]["cores"] >= 1
    rows = {row.pop("name"): row for row in report["rows"]}
    unmeasured = rows.pop("memory of server and pose process")
    assert unmeasured["median"] is None
    assert len(rows) == 9
    for row in rows.values():
        assert 0 < row["median"] <= row["p95"]
