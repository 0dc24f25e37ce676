"""The colour of each emotion, as pages draw it and lamps show it.

The colours stand in `emotion_colours.json`, which the web pages read, too.
"""

import colorsys
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

Array = np.ndarray

_CHOSEN: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_name("emotion_colours.json").read_text(encoding="utf-8")
)


def accent(label: str) -> Float[Array, "3"]:
    """Return the colour of an emotion: red, green and blue in linear light, in [0, 1].

    A label that nobody foresaw gets a hue of its own, always the same, as in
    `web/src/body/emotionColours.ts`.

    References:
        IEC 61966-2-1, sRGB, for the way from the written colour to light.
    """
    if label in _CHOSEN:
        written = np.array(list(bytes.fromhex(_CHOSEN[label]["accent"][1:]))) / 255
    else:
        written = np.array(colorsys.hls_to_rgb(_hue(label), 0.60, 0.52))
    return np.where(written <= 0.04045, written / 12.92, ((written + 0.055) / 1.055) ** 2.4)


def accents(labels: Sequence[str]) -> Float[Array, "E 3"]:
    """Return the colours of emotions; see `accent`."""
    return np.array([accent(label) for label in labels]).reshape(-1, 3)


def _hue(label: str) -> float:
    total = 0
    for letter in label:
        total = (total * 31 + ord(letter)) % 360
    return total / 360
