"""A performer played to a partner on a virtual clock."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bhava import app
from motion.clip import Clip
from motion.errors import BhavaError
from server.pairing import Pairing, dance_together, seen_by_camera, seen_in
from server.wire.messages import Controls
from tests.server.dance_harness import FPS, dancer, engine
from training.evaluation.taking_up import nearest

DANCE = Clip.from_poses([dancer(2)(n / FPS) for n in range(5 * FPS)], FPS)
MIRROR = Controls(mode="mirror")


def together(delay: float = 0.07, seconds: float = 4.0) -> Pairing:
    return dance_together(engine(), seen_by_camera(DANCE), MIRROR, seconds, delay=delay)


def test_both_are_written_for_as_long_as_asked_and_the_same_again() -> None:
    one, again = together(), together()
    assert len(one.partner) == len(one.performer) == 4 * FPS
    assert np.array_equal(one.partner.rotations, again.partner.rotations)
    assert nearest(one.performer[60:], DANCE) < 0.06
    assert nearest(one.partner[60:], DANCE.mirrored()) < 0.08


def test_a_camera_that_is_slow_shows_the_performer_later() -> None:
    quick, slow = together(0.0).performer, together(0.5).performer
    moved = slow.world_positions()[60:] - quick.world_positions()[45:-15]
    assert np.linalg.norm(moved, axis=-1).mean() < 0.05


def test_it_ends_with_the_performer_and_takes_up_when_asked() -> None:
    danced = dance_together(
        engine(), seen_by_camera(DANCE), Controls(mode="continue"), 60.0, take_up=4.0
    )
    assert danced.partner.seconds == pytest.approx(5.0, abs=0.2)
    assert any(4.0 <= time < 4.6 for time in danced.taken_up)


def test_nobody_to_dance_with_is_told() -> None:
    with pytest.raises(BhavaError, match="expected a motion of some frames, got none"):
        dance_together(engine(), iter([]), MIRROR, 4.0)


def test_the_command_writes_both(tmp_path: Path) -> None:
    source, out, seen = (tmp_path / name for name in ("dance.npz", "partner.bvh", "seen.npz"))
    DANCE.save(source)
    told = ["partner", str(source), "--out", str(out), "--seen", str(seen), "--seconds", "2"]
    found = CliRunner().invoke(app, [*told, "--mode", "mirror", "--emotion", "sad"])
    assert found.exit_code == 0, found.output
    assert "taken up at" in found.output
    assert out.exists()
    assert len(Clip.load(seen)) == 2 * FPS
    wrong = CliRunner().invoke(app, [*told, "--emotion", "bored"])
    assert wrong.exit_code == 1
    assert "expected labels" in wrong.output


def test_a_video_is_seen_from_its_second_on(shared_video: Path) -> None:
    whole, later = seen_in(shared_video), seen_in(shared_video, 1.0)
    first = next(sighting for sighting in whole if sighting.time >= 1.0)
    got = next(later)
    assert got.time == pytest.approx(first.time - 1.0)
    assert 0.0 <= got.time < 0.1
    assert got.people
