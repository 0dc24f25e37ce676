import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from motion.clip import Clip
from tests.training.tiny import QUIET
from training.evaluation.prove import Score, learnt, prove, recipe_for, table
from training.evaluation.synthetic import GRAVITY, LENGTHS, SYNTHETIC_MOTIONS
from training.fit.train import Training
from training.fit.windows import Windows
from training.models.kinds import KINDS

PENDULUMS, LISSAJOUS, WALKER = SYNTHETIC_MOTIONS
EACH = pytest.mark.parametrize("synthetic", SYNTHETIC_MOTIONS, ids=lambda synthetic: synthetic.name)


@EACH
def test_the_law_is_what_the_measures_find(synthetic):
    for label in synthetic.labels:
        clean, noisy = (synthetic.clip(label, 20.0, 3, noise) for noise in (0.0, 0.005))
        for found, law in zip(
            synthetic.oscillation(noisy), synthetic.oscillation(clean), strict=True
        ):
            np.testing.assert_allclose(found, law, rtol=0.05)


def test_small_swings_have_the_frequency_of_small_swings():
    frequencies, amplitudes = PENDULUMS.oscillation(PENDULUMS.clip("small", 60.0, 0, 0.0))
    np.testing.assert_allclose(amplitudes, 0.3, rtol=0.01)
    np.testing.assert_allclose(frequencies, np.sqrt(GRAVITY / np.array(LENGTHS)) / 2 / np.pi, 0.02)
    larger, _ = PENDULUMS.oscillation(PENDULUMS.clip("large", 60.0, 0, 0.0))
    assert (larger < 0.98 * frequencies).all()


def test_a_figure_stays_in_its_plane_and_its_ratio():
    clip = LISSAJOUS.clip("knot", 60.0, 0, 0.0)
    (across, up), _ = LISSAJOUS.oscillation(clip)
    assert across / up == pytest.approx(3 / 2, rel=0.01)
    assert not clip.hips[:, 2].any()


@pytest.mark.parametrize("label", WALKER.labels)
def test_the_standing_foot_of_the_walker_does_not_slip(label):
    clip = WALKER.clip(label, 10.0, 0, 0.0)
    feet = clip.world_positions()[:, list(clip.skeleton.ends)]
    standing = feet[np.arange(len(clip)), np.abs(feet[..., 1]).argmin(axis=1)]
    speed = np.abs(np.diff(standing[:, 2])) * clip.fps
    travel = (clip.hips[-1, 2] - clip.hips[0, 2]) / clip.seconds
    assert np.median(speed) < 1e-6 < travel
    np.testing.assert_allclose(standing[:, 1], 0.0, atol=1e-6)


@EACH
def test_persistence_errs_and_the_law_errs_by_the_noise_alone(synthetic):
    scores = {who: score for _, who, score in prove([], [synthetic])}
    assert scores["law"].next_error < 0.02
    assert scores["law"].next_error < 0.5 * scores["persistence"].next_error
    assert max(scores["law"].frequency_error, scores["law"].amplitude_error) < 0.05
    assert learnt(scores["law"], scores["persistence"])
    assert not learnt(scores["persistence"], scores["persistence"])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_recipe_to_prove_itself_by(kind):
    recipe = recipe_for(kind, LISSAJOUS)
    assert recipe.model.kind == kind
    assert recipe.disturbance >= 0


class TestReading:
    pytestmark = QUIET

    def test_a_kind_that_reads_goes_on_without_a_prompt(self):
        scores = {who: score for _, who, score in prove(["text-transformer"], [LISSAJOUS], 2)}
        assert np.isfinite(scores["text-transformer"].next_error)


@torch.no_grad()
def test_only_what_moves_counts():
    clips = [LISSAJOUS.clip(label, 8.0, seed) for label in LISSAJOUS.labels for seed in range(2)]
    windows = Windows(recipe_for("transformer-mdn", LISSAJOUS), clips, clips)
    module = Training(windows.recipe.model_dump(), windows.layout.skeleton.to_dict())
    module.prepare_from(windows.pools, windows.to_fit())
    network, frames = module.network, windows.recipe.model.frames_per_token
    moving = network.codec.moving
    assert moving.sum() == 2 * frames  # across and up
    batch = default_collate([windows.to_fit().window(np.random.default_rng(0))])
    before = network.loss(batch, 0.0), network.nats_per_frame(batch)
    components = network.config.components
    network.head.bias[components:].unflatten(0, (components, 2, -1))[..., moving == 0] += 1.0
    assert (network.loss(batch, 0.0), network.nats_per_frame(batch)) == before
    network.head.bias[components:].unflatten(0, (components, 2, -1))[..., moving == 1] += 1.0
    assert network.loss(batch, 0.0) > before[0]


def test_the_table_says_who_has_learnt():
    scores = [
        (WALKER, "persistence", Score(0.1, 1.0, 1.0)),
        (WALKER, "law", Score(0.01, 0.0, 0.0)),
        (WALKER, "good", Score(0.02, 0.05, 0.1, -300.0)),
        (WALKER, "frozen", Score(0.02, 1.0, 1.0)),
    ]
    rows = table(scores).splitlines()
    assert rows[4] == "| walker | good | 20.0 | 5% | 10% | -300 |  | yes |"
    assert rows[5].endswith("|  |  | **no** |")


def test_what_is_played_is_a_clip_of_the_world():
    clip = WALKER.clip("march", 2.0, 1)
    assert isinstance(clip, Clip)
    assert clip.skeleton is WALKER.skeleton
    assert clip.labels["emotion"] == "march"
