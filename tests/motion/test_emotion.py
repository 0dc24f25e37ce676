import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motion import emotion
from motion.errors import ConditionError

LABELS = ("neutral", "happy", "sad")


def test_names_become_weights_in_the_models_order():
    weights = emotion.weights_of(emotion.parse_weights("sad:0.25, happy"), LABELS)
    np.testing.assert_array_equal(weights, [0.0, 1.0, 0.25])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("joyful", "expected labels of"),
        ("sad:-1", "expected weights from 0 with a sum up to 1.5, got"),
        ("sad:2", "expected weights from 0 with a sum up to 1.5, got"),
        ("sad:1,happy:0.6", "expected weights from 0 with a sum up to 1.5, got"),
        ("sad:nan", "expected weights from 0 with a sum up to 1.5, got"),
        ("sad:inf", "expected weights from 0 with a sum up to 1.5, got"),
        ("sad:much", "expected LABEL or LABEL:WEIGHT, got 'sad:much'"),
        ("", "expected labels of"),
    ],
)
def test_what_does_not_fit_is_said(text, expected):
    with pytest.raises(ConditionError, match=expected):
        emotion.weights_of(emotion.parse_weights(text), LABELS)


@given(st.text())
def test_any_text_is_parsed_or_refused(text):
    try:
        weights = emotion.weights_of(emotion.parse_weights(text), LABELS)
    except ConditionError:
        return
    assert 0 <= weights.sum() <= 1.51


@pytest.mark.parametrize("energy", [0.4, 2.1, float("nan")])
def test_energy_out_of_range_is_refused(energy):
    with pytest.raises(ConditionError, match="expected numbers in"):
        emotion.check_energy(energy)


def test_intensity_leads_from_no_emotion_through_the_usual_to_more():
    speeds = (0.3, 0.6, 0.2)
    steps = np.linspace(0, 1.5, 7)[:, None]
    for label, direction in ((1, 1), (2, -1)):
        weights = steps * np.eye(3)[label]
        usual = emotion.usual_speed(weights, LABELS, speeds)
        assert usual[0] == pytest.approx(0.3)
        assert usual[4] == pytest.approx(speeds[label])
        assert (direction * np.diff(usual) > 0).all()
        guidance = emotion.guidance_at(weights, np.full(7, 3.0))
        assert guidance[[0, 4]].tolist() == pytest.approx([-1, 3])
        assert (np.diff(guidance) > 0).all()


def test_a_blend_is_usually_as_lively_as_what_it_is_blended_of():
    blend = emotion.usual_speed(np.array([0.0, 0.5, 0.5]), LABELS, (0.3, 0.6, 0.2))
    assert 0.2 < blend < 0.6
    assert emotion.usual_speed(np.zeros(2), ("a", "b"), (0.2, 0.8)) == pytest.approx(0.4)
