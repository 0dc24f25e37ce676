"""Clips that were danced together: how they are found, made, and shown to a network."""

from dataclasses import replace

import numpy as np
import pytest

from motion import features
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.model import observed_dancer
from motion.rigs.retarget import placed_at_origin
from tests.motion.strategies import swaying
from training.corpus.corpus import FPS
from training.corpus.duets import (
    FARTHEST,
    REACTION_SECONDS,
    RELATIONS,
    choreographed_duets,
    others_of,
)
from training.evaluation.reaction import coupling, held_out_duets
from training.fit.dataset import OTHER_LAG, seen_by_tokens
from training.fit.pools import Pool


@pytest.fixture(scope="module")
def duets() -> list[Clip]:
    return choreographed_duets(2.0, seed=3)


def member(piece: str, dancer: str, frames: int = 90, fps: float = FPS) -> Clip:
    clip = swaying(frames)
    labels = {"dataset": "couples", "piece": piece, "dancer": dancer, "content": "dance"}
    return Clip(f"{piece}/{dancer}", fps, clip.hips, clip.rotations, labels)


def test_dancers_of_one_piece_see_each_other_and_nobody_else():
    clips = [member("a", "1"), member("a", "2"), member("a", "3"), swaying()]
    found = {name: [clip.name for clip in seen] for name, seen in others_of(clips).items()}
    assert found == {"a/1": ["a/2", "a/3"], "a/2": ["a/1", "a/3"], "a/3": ["a/1", "a/2"]}


@pytest.mark.parametrize(
    ("dancers", "refused"),
    [
        (
            [member("a", "1"), member("a", "2", 80)],
            "a: expected dancers of one length and rate, got a/1 of 90 frames at 30 a second, "
            "a/2 of 80 frames at 30 a second",
        ),
        (
            [member("a", "1"), member("a", "2", fps=60.0)],
            "a: expected dancers of one length and rate, got a/1 of 90 frames at 30 a second, "
            "a/2 of 90 frames at 60 a second",
        ),
        (
            [member("a", "1"), member("a", "2"), member("b", "B")],
            "b: expected at least 2 dancers, got only b/B of 90 frames at 30 a second",
        ),
    ],
)
def test_pieces_whose_dancers_do_not_fit_are_refused(dancers, refused):
    with pytest.raises(MotionFileError, match=f"^{refused}$"):
        others_of(dancers)


def test_held_out_couples_are_cut_to_one_length_and_short_ones_left_out():
    pieces = ("a", 330), ("b", 600), ("c", 90)
    couples = [member(piece, dancer, frames) for piece, frames in pieces for dancer in "AB"]
    real = [duet for duet in held_out_duets(couples) if duet.kind == "couples"]
    assert [(d.own.name, d.other.name, len(d.own), len(d.other)) for d in real] == [
        ("a/A", "a/B", 330, 330),
        ("a/B", "a/A", 330, 330),
        ("b/A", "b/B", 330, 330),
        ("b/B", "b/A", 330, 330),
    ]


def test_followers_do_what_they_see_soon_after_it_and_leads_heed_nobody(duets):
    seen = others_of(duets)
    for lead, follower in zip(duets[::2], duets[1::2], strict=True):
        assert seen[lead.name] == []
        assert seen[follower.name] == [lead]
        found = coupling(follower, lead)
        relation = follower.labels["relation"]
        assert found.coherence > (0.15 if relation == "opposite" else 0.9)
        if relation in ("same", "mirrored"):
            assert REACTION_SECONDS[0] - 0.05 < found.delay < REACTION_SECONDS[1] + 0.05
        stranger = duets[(duets.index(follower) + 3) % len(duets)]
        assert coupling(follower, stranger).speed < 0.5 * found.speed
    assert [clip.labels["relation"] for clip in duets[::2]] == list(RELATIONS)


def test_the_same_seed_gives_the_same_duets(duets):
    again = choreographed_duets(0.5, seed=3)
    np.testing.assert_array_equal(again[1].rotations, duets[1].rotations)
    assert np.abs(choreographed_duets(0.5, seed=4)[1].hips - duets[1].hips).max() > 0.01


def test_followers_stand_on_the_floor_within_reach(duets):
    for lead, follower in zip(duets[::2], duets[1::2], strict=True):
        apart = np.linalg.norm((follower.hips - lead.hips)[:, [0, 2]], axis=-1)
        assert apart.max() < FARTHEST + 4
        assert -0.05 < follower.world_positions()[..., 1].min() < 0.1


def test_what_is_seen_is_where_the_other_stands_whichever_way_one_faces():
    clip = swaying()
    root = np.array([1.0, 2.0, np.pi / 2])  # faces +x
    seen = observed_dancer.observe(features.from_clip(clip), np.array([3.0, 2.0, np.pi]), root)
    np.testing.assert_allclose(
        seen[:, observed_dancer.PLACE], np.tile([0, 2, 1, 0], (90, 1)), atol=1e-6
    )
    np.testing.assert_array_equal(seen[:, : features.WIDTH], features.from_clip(clip))
    assert (seen[:, observed_dancer.PRESENT] == 1).all()


def test_a_pool_shows_every_other_dancer_and_their_mirror_images():
    one, two = member("a", "1"), member("a", "2")
    pool = Pool.from_clips([one, swaying()], others={one.name: [two]})
    assert len(pool.other) == len(pool.frames)
    parts = np.split(pool.other[:, observed_dancer.PRESENT], np.unique(pool.ends)[:-1])
    assert [part.mean() for part in parts] == [1, 1, 0, 0]
    assert Pool.from_clips([one]).other.shape[1] == 0


def test_a_token_sees_the_other_a_little_late_and_where_they_are_last():
    seen = np.arange(40, dtype=np.float32)[:, None] * np.ones(observed_dancer.WIDTH, np.float32)
    observed = seen_by_tokens(seen, np.array([0, 10, 14]), 4)
    np.testing.assert_array_equal(observed[1, :, 0], np.arange(10, 14) - OTHER_LAG)
    assert (observed[1, :, observed_dancer.PLACE] == 13 - OTHER_LAG).all()
    assert observed[0, 0, 0] == 0


def test_two_who_know_nothing_of_one_another_are_not_coupled():
    rng = np.random.default_rng(0)
    one, two = (choreographed_duets(0.5, int(seed))[0] for seed in rng.integers(1000, size=2))
    alike, apart = coupling(one, one), coupling(one, two)
    assert alike.speed == pytest.approx(1) == alike.coherence
    assert alike.delay == 0
    assert apart.coherence < 0.3
    late = coupling(one[: 20 * int(FPS)], one[15 : 20 * int(FPS) + 15])
    assert late.coherence < alike.coherence


def test_dancers_of_one_piece_keep_their_space_and_others_start_at_the_origin():
    away = swaying()
    away = replace(away, hips=away.hips + np.array([2.0, 0.3, 1.0]))
    piece = placed_at_origin(replace(away, labels={"piece": "a"}))
    np.testing.assert_allclose(piece.hips[:, [0, 2]], away.hips[:, [0, 2]])
    np.testing.assert_allclose(placed_at_origin(away).hips[0, [0, 2]], 0, atol=1e-9)
    assert piece.hips[0, 1] == pytest.approx(placed_at_origin(away).hips[0, 1])
