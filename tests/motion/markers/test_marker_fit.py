"""A body with bones and marker places of its own, seen through its markers alone."""

from dataclasses import replace

import numpy as np
import pytest

from motion import rotations
from motion.choreography import Cue, choreography
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.kinematics import world_from_local
from motion.markers.marker_files import CHOREOGRAPHY_MARKERS
from motion.markers.marker_fit import fit
from motion.markers.marker_placement import places_of
from motion.markers.markers import Markers
from motion.rigs.retarget import placed_at_origin
from motion.skeleton import CANONICAL

FPS = 30.0
PLUG_IN = tuple(
    f"dancer:{label}"
    for label in (
        *("C7", "T10", "CLAV", "STRN", "RBAC"),
        *(
            side + part
            for side in "LR"
            for part in ("FHD", "BHD", "SHO", "UPA", "ELB", "FRM", "WRA", "WRB", "FIN", "ASI")
        ),
        *(
            side + part
            for side in "LR"
            for part in ("PSI", "THI", "KNE", "TIB", "ANK", "HEE", "TOE")
        ),
    )
)


def danced(frames: int = 60) -> Clip:
    beats = np.arange(frames) / FPS * 2.0
    return Clip("dance", FPS, *choreography(beats, 3, (Cue.from_emotion({"happy": 1.0}, beat=0),)))


def marked(clip: Clip, labels: tuple[str, ...], unit: float = 1000.0, seed: int = 0) -> Markers:
    """What cameras see of markers that somebody stuck on a body of other proportions."""
    rng = np.random.default_rng(seed)
    known, joints, places = places_of(labels)
    assert len(known) == len(labels)
    places = places + rng.normal(0.0, 0.01, places.shape)
    size = rng.uniform(0.92, 1.08, len(CANONICAL.joints))
    size = 0.5 * (size + size[CANONICAL.mirror])
    body = replace(CANONICAL, rest_offsets=CANONICAL.rest_offsets * size[:, None])
    at, world = world_from_local(body, clip.hips, clip.rotations)
    points = at[:, joints] + rotations.rotate(world[:, joints], places)
    points += rng.normal(0.0, 0.001, points.shape)
    return Markers(clip.name, clip.fps, labels, unit * points)


def degrees_apart(one: Clip, other: Clip) -> np.ndarray:
    """Median over time of the angles between bones with markers at both ends, by bone."""
    a, b = one.world_positions(), other.world_positions()
    joints = CANONICAL.indices(
        *(s + part for s in ("left", "right") for part in ("LowerArm", "Hand", "LowerLeg", "Foot"))
    )
    parents = [CANONICAL.parents[joint] for joint in joints]
    first, second = (rotations.normalise(p[:, joints] - p[:, parents]) for p in (a, b))
    return np.degrees(np.median(np.arccos(np.clip((first * second).sum(-1), -1, 1)), axis=0))


@pytest.mark.parametrize("labels", [PLUG_IN, CHOREOGRAPHY_MARKERS], ids=["plug-in", "mariel"])
def test_limbs_are_found_again(labels: tuple[str, ...]) -> None:
    clip = danced()
    found = fit(marked(clip, labels))
    assert found.error < 0.006
    assert len(found.clip) == len(clip)
    assert degrees_apart(placed_at_origin(clip), found.clip).max() < 8.0


@pytest.mark.parametrize("turn", [[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
def test_any_axis_may_be_up(turn: list[float]) -> None:
    seen = marked(danced(30), PLUG_IN)
    turned = rotations.rotate(rotations.normalise(np.array(turn)), seen.positions)
    found = fit(replace(seen, positions=turned)).clip
    upright = found.world_positions()[:, CANONICAL.index("head"), 1]
    assert upright.min() > 1.0


def test_markers_out_of_sight_cost_little() -> None:
    clip = danced()
    seen = marked(clip, PLUG_IN)
    hidden = np.random.default_rng(1).random(seen.positions.shape[:2]) < 0.15
    seen.positions[hidden] = np.nan
    seen.positions[30:34] = np.nan
    found = fit(seen)
    assert len(found.clip) == len(clip)
    assert np.isfinite(found.clip.rotations).all()
    assert degrees_apart(placed_at_origin(clip), found.clip).max() < 8.0


def test_markers_that_are_missing_are_named() -> None:
    seen = marked(danced(10), PLUG_IN)
    kept = [at for at, name in enumerate(PLUG_IN) if "HD" not in name and "L" not in name[7:8]]
    some = tuple(PLUG_IN[at] for at in kept)
    with pytest.raises(MotionFileError, match=r"expected markers named like .* on head, leftLow"):
        fit(replace(seen, labels=some, positions=seen.positions[:, kept]))
    with pytest.raises(MotionFileError, match=r"on hips, head.* got dot0, dot1"):
        fit(Markers("x", 30.0, ("dot0", "dot1"), np.zeros((9, 2, 3))))


def test_what_is_nobody_is_refused() -> None:
    seen = marked(danced(30), PLUG_IN)
    cloud = np.random.default_rng(0).normal(0.0, 500.0, seen.positions.shape)
    with pytest.raises(MotionFileError, match=r"expected markers of one person, within 0\.08 m"):
        fit(replace(seen, positions=cloud))
    unseen = np.full(seen.positions.shape, np.nan)
    with pytest.raises(MotionFileError, match=r"expected 50% of 39 markers in 2 frames .* got 0"):
        fit(replace(seen, positions=unseen))


def test_a_joint_where_no_marker_is_is_refused_however_well_others_fit() -> None:
    seen = marked(danced(30), PLUG_IN)
    gone = {f"dancer:L{part}" for part in ("ANK", "HEE", "TOE")}
    kept = [at for at, name in enumerate(PLUG_IN) if name not in gone]
    some = replace(
        seen, labels=tuple(PLUG_IN[at] for at in kept), positions=seen.positions[:, kept].copy()
    )
    assert fit(some).error < 0.006
    some.positions[:, some.labels.index("dancer:LTIB")] += [3000.0, 2000.0, 0.0]
    with pytest.raises(MotionFileError, match=r"none so near left(Foot|Toes|LowerLeg)"):
        fit(some)
