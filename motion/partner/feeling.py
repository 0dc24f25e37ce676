"""What partners make of the motion that they follow: the same motion, in their emotion.

All motions of a tick are coloured in one pass, for a few numbers cost as much as many: `Felt` is
the promise of one, which is kept together with others, or alone when somebody asks first. What was
coloured once stays as it was shown: only the newest frame is coloured, and one before that, from
which it moves.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from motion import features
from motion.choreography.colours import COLOURS
from motion.choreography.live_colouring import LiveColouring, tints
from motion.clip import Clip
from motion.partner.inertialisation import decay

Array = np.ndarray

HALF_LIFE = 0.15
"""Seconds in which half of a change of emotion shows."""

NOTHING = 1e-3
"""Weight at which an emotion that fades is gone."""

NEWEST = 2
"""Frames of a motion that is gone on with: the newest, and one from which it moves."""


class Feeling:
    """How one partner feels about one motion, frame by frame; holds no clock."""

    def __init__(self) -> None:
        """Begin with a motion; its emotion shows from the first frame on."""
        self.colouring = LiveColouring()
        self._weights: Array | None = None
        self._rate = np.zeros(len(COLOURS))
        self._promised: Felt | None = None
        self._length = 0
        self._frames: Float[Array, "K F"] | None = None

    def needs(self, frames: int) -> int:
        """Return how many frames of a motion `promise` takes, the last ones of so many."""
        return NEWEST if frames == self._length else frames

    def promise(self, frames: Clip, emotion: Mapping[str, float]) -> "Felt":
        """Return the newest frames in an emotion; at intensity 0 they are the same.

        Args:
            frames: As many as `needs` tells, or as many as wanted to begin anew. The last of them
                is a frame later than that of the call before.
            emotion: Weight by label; labels without a colour change nothing.
        """
        if self._promised:
            feel_together([self._promised])
        if len(frames) > NEWEST:
            self._length = len(frames)
        self._promised = Felt(self, frames, emotion)
        return self._promised

    def nearer(self, goal: Array, dt: float) -> tuple[Array, Array]:
        """Return weights that came nearer to others, and their rate."""
        away = 0.0 * goal if self._weights is None else self._weights - goal
        away, rate = decay(away, self._rate, HALF_LIFE, dt)
        if max(np.abs(away).max(), np.abs(rate).max()) < NOTHING:
            away, rate = 0.0 * away, 0.0 * rate
        return np.maximum(goal + away, 0.0), rate

    def become(
        self, colouring: LiveColouring, weights: Array, rate: Array, frames: Float[Array, "K F"]
    ) -> Float[Array, "K F"]:
        """Go on from what a frame made of it; return the features of the newest frames."""
        if len(frames) < NEWEST and self._frames is not None:
            frames = np.concatenate([self._frames[1:], frames])
        self.colouring, self._weights, self._rate, self._frames = colouring, weights, rate, frames
        return frames


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
    """Colour motions of the same rate, each by its own feeling, and tell their features.

    If it fails, nothing is changed that it has not told.
    """
    waiting = [felt for felt in promised if felt.found is None]
    for length in {len(felt.motion) for felt in waiting}:
        _feel([felt for felt in waiting if len(felt.motion) == length])


def _feel(waiting: Sequence[Felt]) -> None:
    """See `feel_together`; the motions are of the same length."""
    fps = waiting[0].motion.fps
    hips = np.stack([felt.motion.hips for felt in waiting])
    turned = np.stack([felt.motion.rotations for felt in waiting])
    colouring = LiveColouring.beside([felt.feeling.colouring for felt in waiting])
    positions = colouring.observe((hips, turned), 1.0 / fps)
    nearer = [felt.feeling.nearer(felt.goal, 1.0 / fps) for felt in waiting]
    tint = tints(np.stack([weights for weights, _ in nearer]), list(COLOURS))
    hips, turned = colouring.coloured((hips, turned), positions, tint)
    frames, roots = features.with_last_roots(hips, turned, fps)
    for row, (felt, (weights, rate)) in enumerate(zip(waiting, nearer, strict=True)):
        newest = felt.feeling.become(colouring.of([row]), weights, rate, frames[row, 1:])
        felt.found = newest, roots[row]
