"""The choreographer: on the beat, in the emotion's own way, on its feet, and never with a pop."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motion import features, rotations
from motion.choreography import EMOTIONS, Cue, Score, choreography, danced, tempo_range
from motion.choreography.figures import LEFT, RIGHT
from motion.choreography.footwork import FOOTWORKS
from motion.choreography.track import MAX_WIDTH, Track
from motion.clip import Clip
from motion.kinematics import facing, world_from_local
from motion.skeleton import CANONICAL, LEG_LENGTH

TOES = CANONICAL.indices("leftToes", "rightToes")
HANDS = CANONICAL.indices("leftHand", "rightHand")
STANDING = CANONICAL.rest_positions[TOES[0], 1] + 1e-4
FPS = 60.0
SECONDS = 24.0


def score_of(emotion: str, energy: float = 1.0) -> Score:
    return (Cue.from_emotion({emotion: 1.0}, energy),)


def dance(emotion: str, seed: int = 0, energy: float = 1.0, bpm: float | None = None) -> Clip:
    tempo = bpm or float(np.mean(tempo_range(emotion)))
    return danced(SECONDS, seed, score_of(emotion, energy), tempo, FPS)


@pytest.fixture(scope="module")
def dances() -> dict[str, Clip]:
    return {emotion: dance(emotion) for emotion in EMOTIONS}


@pytest.fixture(scope="module")
def positions(dances) -> dict[str, np.ndarray]:
    return {emotion: clip.world_positions() for emotion, clip in dances.items()}


def speed(clip: Clip) -> float:
    return float(features.joint_speed(clip).mean())


def in_facing(points: np.ndarray, world: np.ndarray) -> np.ndarray:
    return rotations.rotate(rotations.about_y(-facing(world))[:, None], points)


# --- Determinism and time ------------------------------------------------------------------------


def test_same_arguments_same_dance_other_seed_another():
    a, b, other = dance("happy", 5), dance("happy", 5), dance("happy", 6)
    np.testing.assert_allclose(a.rotations, b.rotations, atol=1e-9)
    assert np.abs(a.rotations - other.rotations).max() > 0.2


@settings(max_examples=8, deadline=None)
@given(st.floats(0.0, 400.0), st.sampled_from(EMOTIONS), st.integers(0, 2**31))
def test_a_pose_is_the_same_alone_and_in_a_long_dance(beat, emotion, seed):
    beats = np.concatenate([[beat], np.linspace(0.0, 420.0, 50)])
    alone = choreography(beats[:1], seed, score_of(emotion))
    together = choreography(beats, seed, score_of(emotion))
    places = [
        world_from_local(CANONICAL, hips[:1], turned[:1])[0] for hips, turned in (alone, together)
    ]
    np.testing.assert_allclose(*places, atol=1e-9)


@settings(max_examples=8, deadline=None)
@given(
    st.floats(20.0, 40.0),
    st.sampled_from(EMOTIONS),
    st.sampled_from(EMOTIONS),
    st.floats(0.5, 2.0),
)
def test_a_cue_changes_nothing_of_the_past_and_makes_no_pop(beat, before, after, energy):
    beats = np.arange(16.0, 56.0, 2.0 / FPS)
    cue = Cue.from_emotion({after: 1.0}, energy, beat)
    plain = choreography(beats, 1, score_of(before))
    changed = choreography(beats, 1, (*score_of(before), cue))
    past = beats <= beat
    np.testing.assert_allclose(plain[0][past], changed[0][past], atol=1e-12)
    np.testing.assert_allclose(plain[1][past], changed[1][past], atol=1e-12)
    world = world_from_local(CANONICAL, *changed)[0]
    around = np.abs(beats[1:] - beat) < 0.2
    moved = np.linalg.norm(np.diff(world, axis=0), axis=-1).max(axis=-1) * FPS
    assert moved[around].max() < 12.0


def test_tempo_may_change_at_any_time():
    tempo = 110.0 + 25.0 * np.sign(np.sin(np.arange(0.0, 40.0, 1 / FPS)))
    beats = np.cumsum(tempo / 60.0 / FPS)
    world = world_from_local(CANONICAL, *choreography(beats, 2, score_of("excited")))[0]
    assert np.linalg.norm(np.diff(world, axis=0), axis=-1).max() * FPS < 12.0


def test_emotions_blend_continuously():
    beats = np.arange(0.0, 16.0, 0.1)
    heights = []
    for share in (0.0, 0.5, 1.0):
        score = (Cue.from_emotion({"proud": 1.0 - share, "sad": share}),)
        world = world_from_local(CANONICAL, *choreography(beats, 3, score))[0]
        heights.append(world[:, CANONICAL.index("head"), 1].mean())
    assert heights[0] > heights[1] > heights[2]


# --- Beat ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_feet_land_on_beats(emotion):
    clip = dance(emotion, bpm=120.0)
    down = clip.world_positions()[:, TOES, 1] < STANDING
    landings = np.flatnonzero((~down[:-1] & down[1:]).any(axis=1)) + 1
    off = landings / FPS * 2.0 * 2.0  # in half beats
    off = np.abs(off - np.round(off))
    assert len(landings) > 20
    assert np.mean(off < 0.2) > 0.95


def test_strong_accents_fall_on_beats():
    """The hips are lowest on the beat: kinematic against musical beat."""
    clip = dance("angry", bpm=120.0)
    phase = np.arange(len(clip)) / FPS * 2.0 * 2.0 * np.pi
    fall = clip.hips[:, 1] - clip.hips[:, 1].mean()
    beat = np.angle(np.sum(-fall * np.exp(1j * phase)))
    assert abs(beat) < 0.6  # radians of a beat


# --- Effort --------------------------------------------------------------------------------------


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_energy_quickens(emotion):
    speeds = [speed(dance(emotion, 4, energy)) for energy in (0.7, 1.0, 1.4)]
    assert speeds[0] < 0.95 * speeds[1] < 0.95**2 * speeds[2]


def test_lively_emotions_move_more_than_heavy_ones(dances):
    speeds = {emotion: speed(clip) for emotion, clip in dances.items()}
    for lively in ("happy", "angry", "excited"):
        assert (
            speeds[lively] > speeds["neutral"] > max(speeds[e] for e in ("sad", "afraid", "tired"))
        )


def test_posture_shows_the_emotion(positions):
    def mean(emotion: str, joint: str, axis: int, of: str = "hips") -> float:
        world = positions[emotion]
        start, end = CANONICAL.indices(of, joint)
        return float(
            in_facing(world[:, end][:, None] - world[:, start][:, None], world)[:, 0, axis].mean()
        )

    for closed in ("sad", "tired", "afraid"):
        assert mean(closed, "neck", 2) > mean("neutral", "neck", 2) + 0.05
        assert mean(closed, "head", 1) < mean("neutral", "head", 1)
    assert mean("proud", "neck", 2) < mean("neutral", "neck", 2)
    hand = {e: positions[e][:, HANDS, 1].mean() - positions[e][:, 0, 1].mean() for e in EMOTIONS}
    assert min(hand["happy"], hand["excited"], hand["proud"]) > hand["neutral"] - 0.05
    assert hand["sad"] < hand["neutral"] - 0.1
    assert hand["tired"] < hand["neutral"] - 0.1
    spread = {
        e: np.linalg.norm(np.diff(positions[e][:, HANDS], axis=1), axis=-1).mean() for e in EMOTIONS
    }
    assert spread["proud"] > spread["neutral"] > spread["afraid"]
    assert positions["afraid"][:, 0, 2].mean() < positions["angry"][:, 0, 2].mean() - 0.3


# --- Body ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_feet_are_planted_and_the_dancer_stays_on_the_stage(emotion, positions):
    world = positions[emotion]
    toes = world[:, TOES]
    assert toes[..., 1].min() > STANDING - 2e-4
    assert world[..., 1].min() > STANDING - 2e-4
    down = toes[..., 1] < STANDING
    slid = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1)[down[1:] & down[:-1]]
    assert slid.max() * FPS < 0.05
    assert np.hypot(*world[:, 0, [0, 2]].T).max() < 2.5
    assert np.mean(np.abs(facing(world)) < np.pi / 2) > 0.6


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_motion_has_no_pops(emotion, positions):
    acceleration = np.linalg.norm(np.diff(positions[emotion], 2, axis=0), axis=-1) * FPS**2
    assert acceleration.max() < 400.0
    assert np.percentile(acceleration.max(axis=1), 99) < 200.0


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_joints_keep_to_human_limits(emotion, dances):
    turned = dances[emotion].rotations
    angle = 2 * np.degrees(np.arccos(np.clip(np.abs(turned[..., 3]), 0.0, 1.0))).max(axis=0)
    limits = {
        "spine": 60,
        "chest": 60,
        "neck": 60,
        "head": 60,
        "leftLowerArm": 155,
        "leftLowerLeg": 155,
        "leftFoot": 80,
        "leftShoulder": 45,
        "leftHand": 75,
        "leftToes": 60,
    }
    for joint, limit in limits.items():
        for index in {CANONICAL.index(joint), CANONICAL.mirror[CANONICAL.index(joint)]}:
            assert angle[index] < limit, joint


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_hands_stay_out_of_head_and_trunk(emotion, positions):
    world = positions[emotion]
    head = world[:, CANONICAL.index("head")] + [0.0, 0.06, 0.0]
    for hand in HANDS:
        assert np.linalg.norm(world[:, hand] - head, axis=-1).min() > 0.1
        for a, b in (("hips", "spine"), ("spine", "chest"), ("chest", "neck")):
            start, end = world[:, CANONICAL.index(a)], world[:, CANONICAL.index(b)]
            along = np.clip(
                ((world[:, hand] - start) * (end - start)).sum(-1) / ((end - start) ** 2).sum(-1),
                0.0,
                1.0,
            )
            nearest = start + along[:, None] * (end - start)
            assert np.linalg.norm(world[:, hand] - nearest, axis=-1).min() > 0.1


# --- Parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("footwork", FOOTWORKS)
def test_footwork_ends_where_it_began(footwork):
    assert [step.beat for step in footwork.steps] == sorted(step.beat for step in footwork.steps)
    for side in (LEFT, RIGHT):
        last = [step for step in footwork.steps if step.side == side][-1]
        assert (last.x, last.z, last.up) == (0.0, 0.0, 0.0)
        assert last.yaw % 360.0 == 0.0
    turns = {[s for s in footwork.steps if s.side == side][-1].yaw for side in (LEFT, RIGHT)}
    assert len(turns) == 1


@given(
    st.lists(st.floats(-3.0, 3.0), min_size=6, max_size=12),
    st.floats(0.3, MAX_WIDTH),
)
def test_track_comes_to_every_value_it_has_time_for(values, width):
    track = Track(np.arange(len(values)) * 4.0, np.array(values)[:, None], np.ones(len(values)))
    at = np.arange(1, len(values)) * 4.0 + (MAX_WIDTH - 1) / 2
    found = track.read(at, np.full(len(at), width))[:, 0]
    np.testing.assert_allclose(found, values[1:], atol=1e-9)
    between = track.read(np.linspace(0.0, at[-1], 200), np.full(200, width))
    assert between.min() >= min(values) - 1e-9
    assert between.max() <= max(values) + 1e-9


def test_no_step_is_longer_than_a_leg():
    reach = max(np.hypot(step.x, step.z) for footwork in FOOTWORKS for step in footwork.steps)
    assert reach < LEG_LENGTH
