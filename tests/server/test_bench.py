import io
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

import bhava
from server.bench import bench, fanout, link_session, osc, relays, stages, votes
from server.bench import live as bench_live
from server.bench.curves import draw_curves
from server.bench.relays import AT_RELAY, FOR_RELAYS
from server.bench.report import as_table, to_json
from server.bench.row import Row


def test_a_row_tells_the_middle_the_tail_and_the_peer() -> None:
    row = Row.from_values("dance", "ms", np.arange(101.0), aim=60.0, peer=[25.0, 25.0])
    assert (row.median, row.p95, row.ratio) == (50.0, 95.0, 2.0)


def test_what_could_not_be_measured_is_named_without_a_number() -> None:
    rows = [Row("memory", "MB", aim=1200.0, note="not measured: needs --video")]
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(as_table(rows))
    assert to_json(rows)["rows"][0]["median"] is None
    [line] = [line for line in console.export_text().splitlines() if "memory" in line]
    assert "not measured: needs --video" in line


def test_what_misses_its_aim_or_its_peer_is_seen() -> None:
    assert Row.from_values("dance", "ms", [2.0], aim=2.0, peer=[1.0], most=2.0).met
    assert not Row.from_values("dance", "ms", [2.1], aim=2.0).met
    assert not Row.from_values("dance", "ms", [2.1], peer=[1.0], most=2.0).met
    assert Row("dance", "ms", aim=1.0).met


def test_growth_is_drawn_from_the_rows(tmp_path: Path) -> None:
    rows = [
        Row.from_values(f"{name} {count}", "ms", [count, count + 1.0], peer=[1.0], count=count)
        for name in ("a tick of", "processor time per message,", "age of frames, 99 %,")
        for count in (1, 8, 64)
    ]
    rows += [
        Row.from_values(f"{FOR_RELAYS}, {count}", "%", [1.0], count=count) for count in (1, 10)
    ]
    rows.append(Row.from_values(AT_RELAY, "µs", [10.0], count=1000))
    draw_curves([*rows, Row("a tick of nothing", "ms")], tmp_path / "curves.svg")
    text = (tmp_path / "curves.svg").read_text()
    assert ">all relays, extrapolated<" in text
    assert text.count(">Bhava<") == 3
    assert ">viewers<" in text


def test_the_command_measures_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in (
        (bench, "WARM_UP", 8),
        (bench, "FRAMES", 20),
        (bench_live, "FRAMES", 20),
        (bench_live, "STARTS", 1),
        (osc, "SETTLING", 0.5),
        (osc, "CHANGES", 2),
        (osc, "TURNS", 1),
        (osc, "SECONDS", 1.0),
        (stages, "COUNTS", (1, 2)),
        (stages, "STAGES", 2),
        (stages, "LATE", (2, 3)),
        (stages, "WARM_UP", 8),
        (stages, "TICKS", 20),
        (stages, "SECONDS", 1.0),
        (stages, "SETTLING", 0.5),
        (stages, "ROOM", 10.0),
        (relays, "STAGES", 2),
        (relays, "RELAYS", (1, 2)),
        (relays, "VIEWERS", (2,)),
        (relays, "ROUNDS", 1),
        (relays, "SECONDS", 1.0),
        (votes, "VOTERS", 8),
        (votes, "TURNS", 2),
        (votes, "SECONDS", 2.0),
        (fanout, "VIEWERS", (2,)),
        (fanout, "ROUNDS", 1),
        (fanout, "SECONDS", 1),
    ):
        monkeypatch.setattr(module, name, value)
    result = CliRunner().invoke(bhava.app, ["bench", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["machine"]["cores"] >= 1
    rows = {row.pop("name"): row for row in report["rows"]}
    for name in ("memory of server and pose process", "picture to a frame at a viewer"):
        for people in (1, 4):
            assert rows.pop(f"{name}, up to {people} people")["median"] is None
    for count in (2, 3):
        late = rows.pop(f"late ticks of {count} stages")  # a busy machine may have no room for them
        assert late["median"] is not None or "had room for" in late["note"]
    link = rows.pop("error of an Ableton Link beat")
    assert link["median"] is not None or "not measured: needs the package" in link["note"]
    for name in [name for name in rows if "relay" in name]:  # where there is a NATS server
        row = rows.pop(name)
        assert row["median"] is not None or "nats-server" in row["note"]
    assert len(rows) == 39
    # What something adds is a difference, which a busy machine may turn round.
    differences = (
        "growth",
        "what a performer",
        "late ticks",
        "processor time of",
        "TLS, a message",
    )
    for name, row in rows.items():
        assert row["median"] is not None, name
        if not name.startswith(differences):
            assert 0 < row["median"] <= row["p95"], name


def test_a_crowd_votes_for_emotions_that_the_show_lacks() -> None:
    # A vote for the emotion that fills the show already would never be seen to arrive.
    assert votes.unseen({"neutral": 0.0, "happy": 1.0, "sad": 0.2}) == {"neutral": 0, "sad": 2}


@pytest.mark.parametrize(
    ("module", "package"), [("link", "LinkPython-extern"), ("aalink", "aalink")]
)
def test_without_both_libraries_the_row_of_link_says_so(
    module: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"link", "aalink"} - {module}
    monkeypatch.setattr(link_session, "find_spec", lambda name: name if name in found else None)
    (row,) = link_session.link_session_rows()
    assert (row.median, row.note) == (None, f"not measured: needs the package {package}")
