import numpy as np
import pytest

from motion.content import content_weights
from motion.errors import ConditionError

LABELS = ["dance", "walk", "gesture"]


@pytest.mark.parametrize(
    ("text", "weights"),
    [("", [1, 0, 0]), ("walk", [0, 1, 0]), ("walk:0.25, dance:0.5", [0.5, 0.25, 0])],
)
def test_contents_are_weighed_as_they_are_written(text: str, weights: list[float]) -> None:
    np.testing.assert_array_equal(content_weights(text, LABELS, "model"), np.float32(weights))


@pytest.mark.parametrize(
    ("text", "labels", "message"),
    [
        ("walk:much", LABELS, "content: expected LABEL or LABEL:WEIGHT, got 'walk:much'"),
        ("swim", LABELS, r"content: expected labels of \['dance', 'walk', 'gesture'\], got 'swim'"),
        ("walk,dance", LABELS, "content: expected weights from 0 with a sum up to 1"),
        ("walk:-1", LABELS, "content: expected weights from 0 with a sum up to 1"),
        ("walk", [], "content: expected none for model, which has none, got 'walk'"),
    ],
)
def test_another_content_is_refused(text: str, labels: list[str], message: str) -> None:
    with pytest.raises(ConditionError, match=f"^{message}"):
        content_weights(text, labels, "model")
