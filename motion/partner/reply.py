"""What a partner makes of a phrase that it heard, before it dances its own again."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from motion.choreography.material import Phrase
from motion.clip import Clip
from motion.partner.feeling import Feeling
from motion.partner.lead import Lead

Array = np.ndarray

LONGEST = 8.0
"""Seconds of a dancer that a partner makes something of: a phrase, and never more than is known."""

SHORTEST = 4.0
"""Seconds for which a partner goes on at least with what it heard."""

LEAST_HEARD = 1.0
"""Seconds of a dancer of which something can be made."""

HAND_OVER = 0.8
"""Seconds in which a partner goes over from what it heard to what its model makes of it."""

SHARE = 0.8
"""Of the reply in what is shown; the rest is what the model makes of it meanwhile."""

TEMPO_RANGE = (0.7, 1.4)
"""Of the phrase's own."""

GROWING = (0.35, 1.0)
"""Of the emotion in what is gone on with, at first and at the end: it becomes the partner's own."""

EXAGGERATED = (0.4, 1.2)
"""Likewise in what is answered: first the phrase is known again, then it is exaggerated."""

BEFORE_RULES_6 = (1.2, 1.2)
"""The same by the rules of version 5; see `Opening` of the server."""

REMEMBERED = 4.0
"""Seconds at the end of a phrase from which an answer begins: what was danced last is known."""

HOMEWARD = 0.06
"""Of its way to the middle of the stage, facing the audience: how far a reply's place is from the
partner's own, so that it is drawn there."""


class Reply:
    """A motion made of a phrase, and how far it has been danced."""

    def __init__(
        self, motion: Clip, frames: int, emotion: tuple[float, float], fade: float
    ) -> None:
        """Begin with a motion.

        Args:
            motion: As long as the reply, and what follows while it is left.
            frames: How long the reply is.
            emotion: Share of the emotion at its beginning and at its end.
            fade: Seconds after that in which it fades by itself.
        """
        self._motion, self._frames, self._emotion = motion, frames, emotion
        self._fade = fade * motion.fps
        self._feeling = Feeling()
        self._danced = 0

    @staticmethod
    def going_on(heard: Clip, energy: float, rng: np.random.Generator) -> "Reply":
        """Return what goes on with what a dancer did, about as long as it was heard.

        Args:
            heard: At least `LEAST_HEARD` long.
            energy: Energy of the partner; 1 keeps the phrase's tempo.
            rng: Source of randomness.
        """
        frames = round(max(SHORTEST, heard.seconds) * heard.fps)
        longer = frames + round(HAND_OVER * heard.fps)
        return Reply(
            Phrase(heard).danced_on(longer, _tempo(energy), rng), frames, GROWING, HAND_OVER
        )

    @staticmethod
    def answering(heard: Clip, energy: float, rng: np.random.Generator) -> "Reply":
        """Return what answers a phrase, as long as it was; see `going_on`."""
        longer = len(heard) + round(HAND_OVER * heard.fps)
        first = max(0, len(heard) - round(REMEMBERED * heard.fps))
        motion = Phrase(heard).answered(longer, _tempo(energy), rng, first=first)
        return Reply(motion, len(heard), EXAGGERATED, 0.0)

    @staticmethod
    def answering_in_mirror(heard: Clip, energy: float, rng: np.random.Generator) -> "Reply":
        """Return the answer by the rules before version 6: from the beginning, left as right."""
        longer = len(heard) + round(HAND_OVER * heard.fps)
        motion = Phrase(heard).answered(longer, _tempo(energy), rng, mirrored=True)
        return Reply(motion, len(heard), BEFORE_RULES_6, 0.0)

    @staticmethod
    def echoing(heard: Clip, energy: float, rng: np.random.Generator) -> "Reply":
        """Return what plays with what a dancer just did, as long as that was; see `going_on`."""
        longer = len(heard) + round(HAND_OVER * heard.fps)
        motion = Phrase(heard).danced_on(longer, _tempo(energy), rng)
        return Reply(motion, len(heard), (1.0, 1.0), 0.0)

    @property
    def over(self) -> bool:
        """Whether it has been danced to its end, and faded."""
        return self._danced >= self._frames + self._fade

    @property
    def _share(self) -> float:
        faded = (self._danced - self._frames) / self._fade if self._fade else 0.0
        return 1.0 - min(1.0, max(0.0, faded))

    def next_lead(self, emotion: Mapping[str, float], root: Float[Array, "3"], frames: int) -> Lead:
        """Return the lead of the next frame.

        Args:
            emotion: Weight by label.
            root: Where the partner is; see `features.last_root`.
            frames: How many frames a lead needs, and one before that.
        """
        self._danced += 1
        end = min(self._danced + frames - 1, len(self._motion))
        first, last = self._emotion
        felt = first + (last - first) * min(1.0, self._danced / self._frames)
        newest = self._feeling.needs(frames)
        promised = self._feeling.promise(
            self._motion[end - newest : end], {label: felt * x for label, x in emotion.items()}
        )
        share = self._share
        return Lead(promised, share * SHARE, share).moved_to((1.0 - HOMEWARD) * root)


def _tempo(energy: float) -> float:
    return float(np.clip(np.sqrt(energy), *TEMPO_RANGE))
