"""What partners make of the motion that they follow: the same motion, in their emotion.

All motions of a tick are coloured in one pass, for a few numbers cost as much as many: `Felt` is
the promise of one, which is kept together with others, or alone when somebody asks first.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from motion import features
from motion.choreography.colours import COLOURS
from motion.choreography.live_colouring import LiveColouring, Tint
from motion.clip import Clip
from motion.partner.inertialisation import decay

Array = np.ndarray

HALF_LIFE = 0.15
"""Seconds in which half of a change of emotion shows."""

NOTHING = 1e-3
"""Weight at which an emotion that fades is gone."""


class Feeling:
    """How one partner feels about one motion, frame by frame; holds no clock."""

    def __init__(self) -> None:
        """Begin with a motion; its emotion shows from the first frame on."""
        self.colouring = LiveColouring()
        self._weights: Array | None = None
        self._rate = np.zeros(len(COLOURS))
        self._promised: Felt | None = None

    def promise(self, frames: Clip, emotion: Mapping[str, float]) -> "Felt":
        """Return the newest frames in an emotion; at intensity 0 they are the same.

        Args:
            frames: The last of them is a frame later than that of the call before.
            emotion: Weight by label; labels without a colour change nothing.
        """
        if self._promised:
            feel_together([self._promised])
        self._promised = Felt(self, frames, emotion)
        return self._promised

    def nearer(self, goal: Array, dt: float) -> tuple[Array, Array]:
        """Return weights that came nearer to others, and their rate."""
        away = 0.0 * goal if self._weights is None else self._weights - goal
        away, rate = decay(away, self._rate, HALF_LIFE, dt)
        if max(np.abs(away).max(), np.abs(rate).max()) < NOTHING:
            away, rate = 0.0 * away, 0.0 * rate
        return np.maximum(goal + away, 0.0), rate

    def become(self, colouring: LiveColouring, weights: Array, rate: Array) -> None:
        """Go on from what a frame made of it."""
        self.colouring, self._weights, self._rate = colouring, weights, rate


class Felt:
    """The newest frames of a motion but the first, as a partner feels them; see `LeadMotion`."""

    def __init__(self, feeling: Feeling, motion: Clip, emotion: Mapping[str, float]) -> None:
        """Promise them; see `Feeling.promise`."""
        self.feeling, self.motion = feeling, motion
        self.goal = np.array([emotion.get(label, 0.0) for label in COLOURS])
        self.found: tuple[Float[Array, "K F"], Float[Array, "3"]] | None = None

    @property
    def frames(self) -> Float[Array, "K F"]:
        """See `LeadMotion`."""
        return self._kept()[0]

    @property
    def root(self) -> Float[Array, "3"]:
        """See `LeadMotion`."""
        return self._kept()[1]

    def _kept(self) -> tuple[Float[Array, "K F"], Float[Array, "3"]]:
        if self.found is None:
            feel_together([self])
        assert self.found is not None
        return self.found


def feel_together(promised: Sequence[Felt]) -> None:
    """Colour motions of the same length and rate, each by its own feeling, and tell their features.

    Nothing is changed if it fails.
    """
    waiting = [felt for felt in promised if felt.found is None]
    if not waiting:
        return
    feelings, fps = [felt.feeling for felt in waiting], waiting[0].motion.fps
    hips = np.stack([felt.motion.hips for felt in waiting])
    turned = np.stack([felt.motion.rotations for felt in waiting])
    colouring = LiveColouring.beside([feeling.colouring for feeling in feelings])
    colouring.observe((hips[:, -1], turned[:, -1]), 1.0 / fps)
    nearer = [felt.feeling.nearer(felt.goal, 1.0 / fps) for felt in waiting]
    felt_so = [row for row, (weights, _) in enumerate(nearer) if weights.any()]
    if felt_so:
        tints = [Tint.from_weights(nearer[row][0][None], list(COLOURS)) for row in felt_so]
        poses = hips[felt_so].reshape(-1, 3), turned[felt_so].reshape(-1, *turned.shape[2:])
        coloured = colouring.of(felt_so).coloured(poses, Tint.beside(tints))
        hips[felt_so] = coloured[0].reshape(-1, *hips.shape[1:])
        turned[felt_so] = coloured[1].reshape(-1, *turned.shape[1:])
    frames, roots = features.with_last_roots(hips, turned, fps)
    for row, (felt, (weights, rate)) in enumerate(zip(waiting, nearer, strict=True)):
        felt.feeling.become(colouring.of([row]), weights, rate)
        felt.found = frames[row, 1:], roots[row]
