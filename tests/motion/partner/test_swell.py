import numpy as np

from motion.partner.swell import Swell


def shares(swell: Swell, seconds: float) -> np.ndarray:
    found = []
    for _ in range(round(seconds * 30)):
        found.append(swell.share)
        swell.advance(1 / 30)
    return np.array(found)


def test_energy_rises_and_falls_slowly_about_what_is_asked_for():
    share = shares(Swell([1, 2], 0.15), 300)
    assert np.abs(np.log(share).mean(0)).max() < 0.03
    assert np.all(np.abs(np.log(share).std(0) - 0.15) < 0.04)
    assert np.abs(np.diff(share, axis=0)).max() < 0.01


def test_partners_swell_in_their_own_time_and_alike_for_a_seed():
    share = shares(Swell([1, 2, 1], 0.15), 20)
    np.testing.assert_array_equal(share[:, 0], share[:, 2])
    assert np.abs(share[:, 0] - share[:, 1]).max() > 0.05


def test_without_swell_nothing_changes():
    assert np.all(shares(Swell([5], 0.0), 10) == 1.0)


def test_partners_are_added_to_a_batch_that_has_none():
    swell, alone = Swell([], 0.15), Swell([3], 0.15)
    swell.append_rows(Swell([3], 0.15))
    np.testing.assert_array_equal(swell.share, alone.share)
