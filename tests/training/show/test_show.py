import base64
import json
import re
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from motion.clip import Clip
from motion.draw.drawing import Drawing
from motion.errors import MotionFileError, SetupError
from motion.formats.bvh import to_bvh
from motion.formats.clip_files import write_clip
from motion.markers.marker_files import (
    CHOREOGRAPHY_LINES,
    CHOREOGRAPHY_MARKERS,
    MEANS,
    TRIMMED,
)
from motion.markers.markers import Markers
from tests.motion.markers.test_marker_files import write_c3d
from tests.motion.markers.test_marker_fit import PLUG_IN, danced, marked
from tests.motion.own_rigs import PUPPET, moving
from tests.motion.strategies import swaying
from training.corpus.prepare import prepare
from training.show.markers import drawing_of, lines_between
from training.show.page import to_page
from training.show.show import (
    SHEET_COLUMNS,
    SHEET_ROWS,
    SHEET_SIZE,
    drawing_from,
    has_desktop,
    show_in_browser,
    write_drawing,
)


def choreography(markers: Markers, path: Path) -> None:
    """Write markers with Y up as the published arrays are: Z down, standing at either end."""
    points = markers.positions.swapaxes(0, 1)[..., [2, 0, 1]] * [1.0, 1.0, -1.0]
    for mean in MEANS:
        points = np.insert(points, mean, points.mean(0), axis=0)
    np.save(path, np.pad(points, ((0, 0), (TRIMMED, TRIMMED), (0, 0)), mode="edge"))


@pytest.fixture(params=["bvh", "npz", "c3d", "npy"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    clip = danced(30)
    path = tmp_path / f"mariel_dance.{request.param}"
    if request.param == "c3d":
        write_c3d(path, marked(clip, PLUG_IN))
    elif request.param == "npy":
        choreography(marked(clip, CHOREOGRAPHY_MARKERS), path)
    else:
        write_clip(clip, path)
    return path


def test_any_clip_is_drawn_upright_on_the_floor(file: Path) -> None:
    drawing, _ = drawing_from(file)
    height = drawing.points[..., 1]
    assert len(drawing) == (25 if file.suffix == ".npy" else 30)
    assert height.min() == pytest.approx(0.0, abs=0.12)
    assert 1.5 < height.max() < 2.3
    assert drawing.lines.max() < drawing.points.shape[1]


def test_what_prepare_makes_is_drawn_and_markers_only_where_they_are_wanted(tmp_path: Path) -> None:
    clip = danced(30)
    write_c3d(tmp_path / "dance.c3d", marked(clip, PLUG_IN))
    made = prepare([tmp_path / "dance.c3d"], tmp_path / "corpus", workers=1).entries[0]
    wanted = Drawing.from_clip(Clip.load(tmp_path / "corpus" / made.file))
    drawn, _ = drawing_from(tmp_path / "dance.c3d")
    np.testing.assert_allclose(drawn.points, wanted.points, atol=1e-4)
    balls, _ = drawing_from(tmp_path / "dance.c3d", markers=True)
    assert balls.points.shape[1] == len(PLUG_IN)


def test_a_clip_on_its_own_skeleton_is_drawn_on_it(tmp_path: Path) -> None:
    write_clip(moving(PUPPET), tmp_path / "puppet.npz")
    (tmp_path / "puppet.bvh").write_text(to_bvh(moving(PUPPET)))
    clip, _ = drawing_from(tmp_path / "puppet.npz")
    rig, _ = drawing_from(tmp_path / "puppet.bvh", own_skeleton=True)
    np.testing.assert_allclose(clip.points, rig.points, atol=1e-3)
    with pytest.raises(MotionFileError, match=r"puppet\.bvh: expected a joint for each of"):
        drawing_from(tmp_path / "puppet.bvh")


def test_markers_that_are_not_seen_are_not_drawn(tmp_path: Path) -> None:
    markers = marked(danced(4), PLUG_IN)
    markers.positions[2, 5] = np.nan
    drawing = drawing_of(markers)
    assert np.isnan(drawing.points[2, 5]).all()
    write_drawing(drawing, tmp_path / "dance.mp4")
    assert np.isfinite(np.delete(drawing.points, 5, axis=1)).all()


def test_lines_lead_along_the_body_past_markers_that_are_not_there() -> None:
    assert lines_between(CHOREOGRAPHY_MARKERS) == list(CHOREOGRAPHY_LINES)
    assert ("LKNE", "LANK") in lines_between(["LTHI", "LKNE", "LANK"])
    assert ("LKNE", "LTIB") in lines_between(["LTHI", "LKNE", "LTIB", "LANK"])


def test_a_page_holds_all_that_it_shows() -> None:
    drawing = Drawing.from_clip(swaying(5))
    drawing.points[3, 0] = np.nan
    page = to_page(drawing)
    motion = json.loads(re.search(r'id="motion">(.*?)</script>', page, re.DOTALL)[1])
    stored = np.frombuffer(base64.b64decode(motion["millimetres"]), "<i2")
    stored = stored.reshape(drawing.points.shape)
    assert (stored[3, 0] == -32768).all()
    np.testing.assert_allclose(stored[:3] / 1000, drawing.points[:3], atol=6e-4)
    assert len(motion["lines"]) == len(motion["radii"]) == len(motion["colours"])
    assert not re.search(r"(src|href)=|https?://", page)


@pytest.mark.parametrize("name", ["dance.mp4", "dance.gif", "dance.html", "dance.png"])
def test_files_are_written_with_all_frames(name: str, tmp_path: Path) -> None:
    drawing = Drawing.from_clip(swaying(30))
    write_drawing(drawing, tmp_path / name)
    if name.endswith("gif"):
        with Image.open(tmp_path / name) as image:
            assert (image.n_frames, image.info["duration"]) == (20, 50)
    elif name.endswith("png"):
        with Image.open(tmp_path / name) as image:
            assert image.size == (SHEET_COLUMNS * SHEET_SIZE, SHEET_ROWS * SHEET_SIZE)
            cells = [
                image.crop((x * SHEET_SIZE, 0, (x + 1) * SHEET_SIZE, SHEET_SIZE)).tobytes()
                for x in range(SHEET_COLUMNS)
            ]
        assert len(set(cells)) == SHEET_COLUMNS
    elif name.endswith("mp4"):
        with av.open(str(tmp_path / name)) as video:
            assert sum(1 for _ in video.decode(video=0)) == 30
    else:
        assert "<canvas" in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("dance.txt", r"dance\.txt: cannot be read: No such file"),
        ("none.c3d", r"none\.c3d: cannot be read: No such file"),
    ],
)
def test_what_is_no_motion_is_refused(name: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(MotionFileError, match=message):
        drawing_from(tmp_path / name)


def test_markers_without_the_names_of_a_body_are_refused() -> None:
    markers = marked(danced(3), PLUG_IN)
    with pytest.raises(MotionFileError, match=r"expected markers named like LFWT.* got M0, M1"):
        drawing_of(Markers("x", 30.0, tuple(f"M{i}" for i in range(39)), markers.positions))


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    drawing = Drawing.from_clip(swaying(2))
    with pytest.raises(MotionFileError, match=r"ends in \.mp4, \.gif, \.html, \.png, got '\.avi'"):
        write_drawing(drawing, tmp_path / "dance.avi")
    with pytest.raises(MotionFileError, match="cannot be written: No such file"):
        write_drawing(drawing, tmp_path / "nowhere" / "dance.html")


def test_a_machine_without_a_desktop_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match="expected a desktop, got none: --out FILE"):
        show_in_browser(Drawing.from_clip(swaying(2)))
    assert has_desktop("darwin", {})
    assert has_desktop("linux", {"WAYLAND_DISPLAY": "wayland-0"})


def test_a_desktop_is_shown_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    path = show_in_browser(Drawing.from_clip(swaying(2)))
    assert opened == [path.as_uri()]
    assert "<canvas" in path.read_text()
