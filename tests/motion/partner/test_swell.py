from pathlib import Path

import numpy as np
import pytest

from motion.model.contract import Contract
from motion.partner.swell import Swell, over_a_dance, within_phrases

MODELS = Path(__file__).parents[3] / "models"

ALONE = np.zeros((1, 0))
"""What is danced by a model that tells no contents apart."""


def shares(swell: Swell, seconds: float, content: np.ndarray) -> np.ndarray:
    found = []
    for _ in range(round(seconds * 30)):
        found.append(swell.share(content))
        swell.advance(1 / 30)
    return np.array(found)


def test_energy_rises_and_falls_slowly_about_what_is_asked_for():
    share = shares(Swell([1, 2], [0.15]), 300, np.zeros((2, 0)))
    assert np.abs(np.log(share).mean(0)).max() < 0.03
    assert np.all(np.abs(np.log(share).std(0) - 0.15) < 0.04)
    assert np.abs(np.diff(share, axis=0)).max() < 0.01


def test_partners_swell_in_their_own_time_and_alike_for_a_seed():
    share = shares(Swell([1, 2, 1], [0.15]), 20, np.zeros((3, 0)))
    np.testing.assert_array_equal(share[:, 0], share[:, 2])
    assert np.abs(share[:, 0] - share[:, 1]).max() > 0.05


def test_without_swell_nothing_changes():
    assert np.all(shares(Swell([5], [0.0]), 10, ALONE) == 1.0)


def test_partners_are_added_to_a_batch_that_has_none():
    swell, alone = Swell([], [0.15]), Swell([3], [0.15])
    swell.append_rows(Swell([3], [0.15]))
    np.testing.assert_array_equal(swell.share(ALONE), alone.share(ALONE))


def test_a_content_swells_by_its_own_size_and_what_is_lacking_as_the_usual_one():
    content = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.5, 0.5]])
    log = np.log(shares(Swell([1] * 4, [0.4, 0.1]), 20, content))
    np.testing.assert_allclose(log[:, 1], 0.25 * log[:, 0], atol=1e-9)
    np.testing.assert_allclose(log[:, 2], log[:, 0], atol=1e-9)
    np.testing.assert_allclose(log[:, 3], 0.625 * log[:, 0], atol=1e-9)


@pytest.mark.parametrize("swells", [(), ((0.3, 0.5), *[(0.1, 0.0)] * 4)])
def test_a_contract_tells_how_its_contents_swell(swells):
    contract = Contract.load(MODELS / "dance").model_copy(update={"swell_by_content": swells})
    dance, walk = np.eye(5)[[0]], np.eye(5)[[1]]
    slow, quick = (
        [np.log(shares(of([4], contract), 60, content)).std() for content in (dance, walk)]
        for of in (over_a_dance, within_phrases)
    )
    ratio = 3.0 if swells else 1.0
    assert slow[0] == pytest.approx(ratio * slow[1])
    assert quick[1] == 0.0
    assert (quick[0] > 0.4) == bool(swells)
