"""Tracks: values that arrive on beats, joined by smooth submovements.

A hand that is sent to a new place moves with the least jerk; sent on before it has arrived, it
adds the new movement to the rest of the old one. So a track is a sum of minimum-jerk submovements,
one for each event: continuous in speed and acceleration, whatever their widths.

References:
    T. Flash and N. Hogan, "The coordination of arm movements", Journal of Neuroscience 5, 1985.
    T. Flash and E. Henis, "Arm trajectory modifications during reaching towards visual targets",
    Journal of Cognitive Neuroscience 3, 1991.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

Array = np.ndarray

MAX_WIDTH = 1.8
"""Beats that a submovement takes at most, for each beat between events."""


def minimum_jerk(part: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Ease from 0 to 1 with neither speed nor acceleration at the ends; constant beyond them."""
    part = np.clip(part, 0.0, 1.0)
    eased: Array = part**3 * (part * (6 * part - 15) + 10)
    return eased


@dataclass(frozen=True, eq=False)
class Track:
    """Events of one channel.

    Attributes:
        beats: When they arrive, ascending, (K,).
        values: What they bring, (K, D); the first is there from the beginning.
        scales: Beats that each has for its movement, usually the time since the one before, (K,).
    """

    beats: Float[Array, "K"]
    values: Float[Array, "K D"]
    scales: Float[Array, "K"]

    def read(self, beats: Float[Array, "T"], width: Float[Array, "T"]) -> Float[Array, "T D"]:
        """Return the values at any time.

        A submovement no wider than its scale arrives on its beat; a wider one is centred half a
        scale before it, and so overlaps with its neighbours.

        Args:
            beats: When to read; from one phrase after the first event on.
            width: Width of submovements as a share of their scales, in (0, `MAX_WIDTH`].
        """
        longest = float(self.scales.max())
        late, early = longest * (MAX_WIDTH - 1) / 2, longest * (MAX_WIDTH + 1) / 2
        done = np.searchsorted(self.beats, beats - late, side="right") - 1
        begun = np.searchsorted(self.beats, beats + early, side="right") - 1
        value = self.values[np.maximum(done, 0)]
        for ahead in range(1, int(np.max(begun - done, initial=0)) + 1):
            event = np.minimum(done + ahead, len(self.beats) - 1)
            change = self.values[event] - self.values[np.maximum(event - 1, 0)]
            scale = self.scales[event]
            start = self.beats[event] - scale * (np.minimum(width, 1.0) + width) / 2
            part = minimum_jerk((beats - start) / (scale * width))
            value = value + np.where(done + ahead < len(self.beats), part, 0.0)[:, None] * change
        return value
