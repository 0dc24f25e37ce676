"""Bhava's fixture as QLC+ reads it from its folder of user fixtures.

Needs the Debian package `qlcplus`.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from server.links.dmx import SHOW_SLOTS
from server.links.dmx_control import CONTROL_CHANNELS
from server.links.fixture import encode_fixture

SECONDS = 10.0
"""It has no way to end by itself once a show is loaded."""

SHOW = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE Workspace>
<Workspace xmlns="http://www.qlcplus.org/Workspace" CurrentWindow="FixtureManager">
 <Creator><Name>Bhava</Name><Version>1</Version><Author>Bhava</Author></Creator>
 <Engine>{fixtures}</Engine>
</Workspace>
"""
FIXTURE = """<Fixture><Manufacturer>Bhava</Manufacturer><Model>{model}</Model><Mode>{mode}</Mode>
<ID>{id}</ID><Name>{id}</Name><Universe>0</Universe><Address>{address}</Address>
<Channels>{channels}</Channels></Fixture>"""


def fixture(number: int, model: str, mode: str, channels: int) -> str:
    return FIXTURE.format(
        id=number, model=model, mode=mode, address=100 * number, channels=channels
    )


def test_a_show_finds_both_modes_of_the_fixture(tmp_path: Path) -> None:
    if shutil.which("qlcplus") is None:
        pytest.fail("expected qlcplus, got none: `apt-get install qlcplus`", pytrace=False)
    folder = tmp_path / ".qlcplus" / "fixtures"
    folder.mkdir(parents=True)
    (folder / "Bhava-Dance-partner.qxf").write_text(encode_fixture())
    fixtures = [
        fixture(0, "Dance partner", "Control", len(CONTROL_CHANNELS)),
        fixture(1, "Dance partner", "Show", SHOW_SLOTS),
        fixture(2, "Nobody", "Control", len(CONTROL_CHANNELS)),
    ]
    (tmp_path / "show.qxw").write_text(SHOW.format(fixtures="".join(fixtures)))
    environment = {**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = ["timeout", str(SECONDS), "qlcplus", "-d", "0", "-m", "-o", tmp_path / "show.qxw"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = done.stdout + done.stderr
    trouble = [line for line in said.splitlines() if "Bhava" in line]
    assert any("Bhava-Nobody" in line for line in trouble), said[-2000:]
    assert [line for line in trouble if "Dance" in line and "/fixtures" not in line] == []
