import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion import emotion
from motion.errors import ConditionError

LABELS = ("neutral", "happy", "sad")


def test_names_become_weights_in_the_models_order():
    weights = emotion.weights_of(emotion.parse("sad:0.25, happy"), LABELS)
    np.testing.assert_array_equal(weights, [0.0, 1.0, 0.25])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("joyful", "expected labels of"),
        ("sad:-1", "expected weights in"),
        ("sad:2", "expected weights in"),
        ("sad:nan", "expected weights in"),
        ("sad:0", "expected a weight above 0"),
        ("sad:much", "expected LABEL or LABEL:WEIGHT, got 'sad:much'"),
        ("", "expected labels of"),
    ],
)
def test_what_does_not_fit_is_said(text, expected):
    with pytest.raises(ConditionError, match=expected):
        emotion.weights_of(emotion.parse(text), LABELS)


@given(st.text())
def test_any_text_is_parsed_or_refused(text):
    try:
        weights = emotion.weights_of(emotion.parse(text), LABELS)
    except ConditionError:
        return
    assert weights.sum() > 0


@pytest.mark.parametrize("energy", [0.4, 2.1, float("nan")])
def test_energy_out_of_range_is_refused(energy):
    with pytest.raises(ConditionError, match="expected a number in"):
        emotion.check_energy(energy)
