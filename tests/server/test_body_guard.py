"""What no body does is not shown: inversions, somersaults that were none, limbs swapped."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion.clip import Pose
from motion.formats.motion_files import clip_of, read_motions
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL
from server.capture import landmarks as lm
from server.capture.demo import PICTURES_PER_SECOND, Camera, demo_dance
from server.capture.filters import LandmarkFilter, TumbleFilter
from server.capture.landmarks import Landmarks
from server.capture.retarget import Retargeter
from server.pairing import seen_by_camera

NECK = CANONICAL.index("neck")
UPSIDE_DOWN = np.diag([-1.0, -1.0, 1.0])
ARMS, LEGS = list(range(lm.LEFT_ELBOW, lm.LEFT_HIP)), list(range(lm.LEFT_KNEE, lm.COUNT))
FLOOR_WORK = [("research-dance", "capoeira", 0.05), ("cmu", "005_06", 0.05)]
BAD = 45  # the frame from which something is wrong
Mistake = Callable[[Landmarks, float], Landmarks]


@lru_cache
def dance() -> list[Landmarks]:
    return [Camera().see(pose) for pose in demo_dance(np.arange(90) / PICTURES_PER_SECOND, 11)]


def shown(frames: list[Landmarks]) -> np.ndarray:
    """Return where the joints are, from the hips; nobody stands at ease."""
    retargeter = Retargeter()
    poses = [
        retargeter.update(frame, number / PICTURES_PER_SECOND) or Pose.standing()
        for number, frame in enumerate(frames)
    ]
    turned = np.stack([pose.rotations for pose in poses])
    return world_from_local(CANONICAL, np.zeros((len(poses), 3)), turned)[0]


def with_mistake(frames: list[Landmarks], count: int, mistake: Mistake) -> list[Landmarks]:
    """Return frames of which some are mistaken; the mistake is told how far they are through."""
    wrong = list(frames)
    for number in range(count):
        wrong[BAD + number] = mistake(frames[BAD + number], (number + 1) / (count + 1))
    return wrong


def upside_down(seen: Landmarks, _part: float) -> Landmarks:
    return replace(seen, positions=seen.positions @ UPSIDE_DOWN)


def turning_over(seen: Landmarks, part: float, axis: str = "x") -> Landmarks:
    over = Rotation.from_euler(axis, 2 * np.pi * part).as_matrix()
    return replace(seen, positions=seen.positions @ over)


def wheeling(seen: Landmarks, part: float) -> Landmarks:
    return turning_over(seen, part, "z")


def swapped(which: list[int]) -> Mistake:
    def mistake(seen: Landmarks, _part: float) -> Landmarks:
        positions = seen.positions.copy()
        positions[which] = seen.positions[lm.MIRROR[which]]
        return replace(seen, positions=positions)

    return mistake


@pytest.mark.parametrize("count", [1, 3, 10])
@pytest.mark.parametrize("limbs", [ARMS, LEGS, [*ARMS, *LEGS]], ids=["arms", "legs", "all"])
def test_limbs_that_are_swapped_are_put_right(limbs: list[int], count: int) -> None:
    wrong = shown(with_mistake(dance(), count, swapped(limbs)))
    assert np.abs(wrong - shown(dance())).max() < 0.01


@pytest.mark.parametrize(("mistake", "count"), [
    (upside_down, 1), (upside_down, 3), (upside_down, 10), (turning_over, 3), (turning_over, 6),
    (turning_over, 10), (turning_over, 15), (wheeling, 10), (wheeling, 15),
])  # fmt: skip
def test_who_stands_is_not_shown_upside_down(mistake: Mistake, count: int) -> None:
    wrong, right = shown(with_mistake(dance(), count, mistake)), shown(dance())
    assert wrong[:, NECK, 1].min() > 0.4
    assert np.linalg.norm(wrong - right, axis=-1).mean(axis=1)[BAD + count + 12 :].max() < 0.03


def test_who_comes_upside_down_is_believed_after_a_while() -> None:
    frames = [upside_down(seen, 0.0) for seen in dance()]
    up = shown(frames)[:, NECK, 1]
    held = int((TumbleFilter.INSISTS - 0.1) * PICTURES_PER_SECOND)
    assert up[:held].min() > 0.4
    assert up[-1] < -0.25


@pytest.fixture(scope="module", params=FLOOR_WORK, ids=[name for _, name, _ in FLOOR_WORK])
def floor_work(request: pytest.FixtureRequest, shared_mocap: Path) -> list[Landmarks]:
    """What a camera sees of real floor work, with somebody upside down now and then."""
    archive, name, least = request.param
    with ZipFile(shared_mocap / f"{archive}.zip") as files:
        [file] = [file for file in files.namelist() if file.endswith(f"{name}.bvh")]
        [motion] = read_motions(files.read(file), name, lambda _part: b"")
    clip = clip_of(motion, name, {})
    frames = [sighting.people[0] for sighting in seen_by_camera(clip)]
    assert np.mean([trunk_down(seen) > 0.05 for seen in frames]) > least
    return frames


def trunk_down(seen: Landmarks) -> float:
    shoulders, hips = seen.positions[lm.TRUNK, 1].reshape(2, 2).mean(axis=1)
    return float(shoulders - hips)


def test_real_floor_work_passes(floor_work: list[Landmarks]) -> None:
    landmark_filter = LandmarkFilter()
    seen = [
        landmark_filter.update(landmarks, number / PICTURES_PER_SECOND)
        for number, landmarks in enumerate(floor_work)
    ]
    assert all(observation.visible.any() for observation in seen)
    assert not any(observation.fresh for observation in seen[1:])


def test_who_is_upside_down_is_not_shown_upright(floor_work: list[Landmarks]) -> None:
    down = np.array([trunk_down(seen) for seen in floor_work])
    at = int(down[BAD:-20].argmax()) + BAD
    frames = floor_work[at - BAD : at + 20]
    wrong, right = shown(with_mistake(frames, 6, upside_down)), shown(frames)
    assert right[BAD, NECK, 1] < -0.2
    assert wrong[BAD : BAD + 6, NECK, 1].max() < 0.0
