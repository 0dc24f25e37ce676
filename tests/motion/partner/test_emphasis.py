import numpy as np
import pytest

from motion.partner.emphasis import HALF_LIFE, Emphasis

HAPPY, SAD = np.eye(2)[[0]], np.eye(2)[[1]]


def test_a_first_emotion_is_no_change_and_another_one_is_emphasised_for_a_while():
    emphasis = Emphasis(1, 2, 0.5)
    assert [emphasis.share(HAPPY, 1 / 30)[0] for _ in range(3)] == [0.0, 0.0, 0.0]
    assert emphasis.share(SAD, 1 / 30) == pytest.approx(0.5)
    for _ in range(round(30 * HALF_LIFE)):
        share = emphasis.share(SAD, 1 / 30)
    assert share == pytest.approx(0.25)


def test_a_fade_adds_up_to_less_than_a_switch_and_nothing_to_more():
    emphasis = Emphasis(1, 2, 1.0)
    faded = max(
        emphasis.share(part * SAD + (1 - part) * HAPPY, 1 / 30)[0] for part in np.linspace(0, 1, 60)
    )
    assert 0.1 < faded < 0.5
    flickering = [emphasis.share(one, 1 / 30)[0] for one in (HAPPY, SAD) * 10]
    assert max(flickering) == 1.0


def test_partners_are_emphasised_apart_and_newcomers_not_at_all():
    emphasis = Emphasis(1, 2, 0.5)
    emphasis.share(HAPPY, 1 / 30)
    emphasis.append_rows(Emphasis(1, 2, 0.5))
    changed = emphasis.share(np.concatenate([SAD, SAD]), 1 / 30)
    np.testing.assert_allclose(changed, [0.5, 0.0])
