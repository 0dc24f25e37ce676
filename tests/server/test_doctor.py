"""`bhava doctor`: what it finds, what each lack means, and how it ends."""

import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bhava
from server import doctor


def test_a_machine_with_all_there_is_well(tmp_path: Path):
    (tmp_path / "video0").touch()
    (tmp_path / "pcm").write_text("00-00: ALC : ALC : playback 1 : capture 1\n")
    (tmp_path / "index.html").touch()
    (tmp_path / "authority.crt").touch()
    found = [
        doctor.python(),
        doctor.cameras(tmp_path),
        doctor.microphone(tmp_path / "pcm"),
        doctor.pages(tmp_path),
        doctor.networks(),
        doctor.model("default"),
        doctor.port(0),
        doctor.certificate(tmp_path),
    ]
    assert [(finding.grade, finding.meaning) for finding in found] == [("ok", "")] * len(found)


def test_every_lack_says_what_it_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    lacks = [
        doctor.cameras(tmp_path),
        doctor.microphone(tmp_path / "pcm"),
        doctor.virtual_camera(tmp_path),
        doctor.ndi(lambda _: None, lambda _: None),
        doctor.pages(tmp_path),
        doctor.networks(tmp_path),
        doctor.model("none", tmp_path),
        doctor.certificate(tmp_path),
    ]
    grades = "less less less less bad less bad less"
    assert [finding.grade for finding in lacks] == grades.split()
    assert all(finding.meaning for finding in lacks)


def test_ways_of_the_picture_out_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.sys, "platform", "linux")
    (tmp_path / "video10").mkdir()
    (tmp_path / "video10" / "name").write_text("OBS Virtual Camera\n")
    assert doctor.virtual_camera(tmp_path).found == "OBS Virtual Camera"
    assert doctor.ndi(has=lambda name: name).found == "cyndilib: bhava picture --to ndi"
    assert doctor.ndi("lib{}.so.6".format, lambda _: None) == doctor.Finding(
        "NDI", "ok", "libndi.so.6"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
def test_a_camera_that_may_not_be_opened_is_told(tmp_path: Path):
    (tmp_path / "video0").touch(mode=0o000)
    assert "may be opened" in doctor.cameras(tmp_path).found


def test_a_taken_port_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finding = doctor.port(taken.getsockname()[1])
    assert finding.grade == "less"
    assert "--port" in finding.meaning


def test_a_python_out_of_range_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor.sys, "version_info", (3, 10, 4, "final", 0))
    assert doctor.python() == doctor.Finding(
        "Python", "bad", "3.10.4", "Bhava needs 3.11 to 3.14: install one"
    )


def test_a_check_that_fails_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch):
    def broken() -> doctor.Finding:
        raise OSError("no such device")

    monkeypatch.setattr(doctor, "gpu", broken)
    found = {finding.name: finding for finding in doctor.examine("default", 0, Path.cwd())}
    assert found["GPU"].grade == "bad"
    assert "no such device" in found["GPU"].found
    assert len(found) == 12


@pytest.mark.parametrize(("model", "status"), [("default", 0), ("none", 1)])
def test_the_command_fails_only_where_nothing_works(
    model: str, status: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(doctor, "pages", lambda: doctor.Finding("pages", "ok", "here"))
    run = CliRunner().invoke(bhava.app, ["doctor", "--model", model, "--port", "0"])
    assert run.exit_code == status
    assert "Python" in run.output
    assert "certificate" in run.output
