from pathlib import Path

import numpy as np
import pytest

from motion.clip import Clip, Pose
from motion.errors import BhavaError, TakeError
from motion.formats.clip_files import read_clip
from server.capture.landmarks import Sighting
from server.interaction.frame_inputs import FrameInputs
from server.takes.export import Cut, Export, export_take, figure_clip
from server.takes.reader import Take, Tick
from server.wire.protocol import PARTNER, PERFORMER, Figure, FrameMessage, encode_frame
from tests.motion.strategies import swaying
from tests.server.takes import HEADER, write

FPS = HEADER.fps
DANCE = swaying(90)


def recorded(skipped: tuple[int, ...] = ()) -> list[Tick]:
    """A partner that sways, and from the first second on a second one and a performer, at rest."""
    ticks = []
    for number, index in enumerate(i for i in range(len(DANCE)) if i not in skipped):
        now = 100.0 + index / FPS
        figures = [figure(PARTNER, 1, DANCE.pose(index))]
        if index >= FPS:
            figures += [figure(PARTNER, 2, Pose.rest()), figure(PERFORMER, 2, Pose.rest())]
        message = FrameMessage(number, now, None, np.zeros(3), tuple(figures))
        moment = FrameInputs(now, Sighting(now, ()), HEADER.controls)
        ticks.append(Tick(number, moment, encode_frame(message)))
    return ticks


def figure(kind: int, identity: int, pose: Pose) -> Figure:
    return Figure(kind, identity, pose, np.zeros(4, bool))


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / "show.take"
    write(path, recorded())
    return path


def assert_like(clip: Clip, expected: Clip) -> None:
    """The same motion, but for what bytes on the wire leave out."""
    assert (len(clip), clip.fps) == (len(expected), expected.fps)
    assert np.abs(clip.world_positions() - expected.world_positions()).max() < 0.002


def test_the_partner_comes_out_as_it_danced(take: Path) -> None:
    assert_like(figure_clip(Take(take), Cut()), DANCE)
    assert_like(figure_clip(Take(take), Cut("partner:1", 0.5, 1.5)), DANCE[15:46])


def test_frames_that_came_too_late_are_filled_in(tmp_path: Path) -> None:
    write(tmp_path / "late.take", recorded(skipped=(10, 40, 41)))
    clip = figure_clip(Take(tmp_path / "late.take"), Cut())
    assert_like(clip[:10], DANCE[:10])
    assert len(clip) == len(DANCE)
    assert np.abs(clip.hips - DANCE.hips).max() < 0.01


def test_a_gap_in_the_clock_is_not_filled_with_frames_without_end(tmp_path: Path) -> None:
    late = Tick(90, FrameInputs(80_000.0, None, HEADER.controls), recorded()[-1].frame)
    message = FrameMessage(90, 80_000.0, None, np.zeros(3), (figure(PARTNER, 1, Pose.rest()),))
    write(tmp_path / "gap.take", [*recorded(), late._replace(frame=encode_frame(message))])
    gap = Take(tmp_path / "gap.take")
    expected = "expected a frame of the figure .* got 91 for 2397001; .* from 3.0 s to 79900.0 s"
    with pytest.raises(TakeError, match=expected):
        figure_clip(gap, Cut())
    assert_like(figure_clip(gap, Cut(end=10.0)), DANCE)


def test_others_come_out_from_when_they_were_there(take: Path) -> None:
    for name in ("partner:2", "performer", "performer:2"):
        clip = figure_clip(Take(take), Cut(name))
        assert len(clip) == len(DANCE) - 30
        assert np.allclose(clip.hips, Pose.rest().hips, atol=0.001)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (Cut("partner:7"), "expected partner:7 in the take, got partner:1, partner:2, performer:2"),
        (Cut("performer", end=0.5), "expected performer in the take, got partner:1"),
        (Cut(start=9.0), "expected partner in the take, got nobody"),
        (Cut("cat"), "expected a figure of partner, performer"),
        (Cut("partner:x"), "expected a figure of partner, performer"),
    ],
)
def test_who_is_not_there_is_told(take: Path, cut: Cut, expected: str) -> None:
    with pytest.raises(TakeError, match=expected):
        figure_clip(Take(take), cut)


@pytest.mark.parametrize("suffix", [".bvh", ".glb", ".npz", ".mp4"])
def test_every_kind_of_file_is_written_by_a_process_of_its_own(take: Path, suffix: str) -> None:
    out = take.with_suffix(suffix)
    export = Export(take, out, Cut(end=0.3))
    progress = []
    while not (state := export.poll(timeout=30.0)).finished:
        assert not state.failed
        progress.append(state.progress)
    assert progress == sorted(progress)
    assert out.stat().st_size > 1000
    assert {path.name for path in take.parent.iterdir()} == {take.name, out.name}
    if suffix == ".npz":
        assert_like(read_clip(out), DANCE[:10])


def test_a_take_that_was_cut_off_is_exported_up_to_there(take: Path) -> None:
    take.write_bytes(take.read_bytes()[: take.stat().st_size // 2])
    clip = export_take(take, take.with_suffix(".npz"), Cut())
    assert 12 <= len(clip) < len(DANCE)
    assert_like(clip, DANCE[: len(clip)])


def test_an_export_tells_why_it_fails(take: Path) -> None:
    export = Export(take, take.with_suffix(".npz"), Cut("performer:9"))
    while not (state := export.poll(timeout=30.0)).failed:
        assert not state.finished
    assert "expected performer:9" in state.failed
    for out in ("show.doc", "nowhere/show.bvh", "nowhere/show.mp4"):
        with pytest.raises(BhavaError, match=r"expected|cannot be written"):
            export_take(take, take.parent / out, Cut())


def test_an_export_that_is_cancelled_leaves_nothing(take: Path) -> None:
    export = Export(take, take.with_suffix(".mp4"), Cut())
    while export.poll(timeout=30.0).progress <= 0.1:  # no picture is drawn yet
        pass
    export.cancel()
    assert [path.name for path in take.parent.iterdir()] == [take.name]
    assert "expected a whole export" in export.poll().failed
