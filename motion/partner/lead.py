"""Partners that follow: the motions of others, mixed into what they show and what they hear."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float

from motion import features
from motion.clip import Clip
from motion.model import observed_dancer as other

Array = np.ndarray

HEADING_RATE = 4.0
"""Per second: how fast a full follower turns to where its lead faces; as dancers do in a unison."""

PLACE_RATE = 2.0
"""Per second: how fast it comes to its lead's place."""


@dataclass(frozen=True, eq=False)
class Lead:
    """What a partner follows, and how closely.

    Attributes:
        frames: Features of the newest frames, the last now; a token of the model, three at least:
            the bridge to a new thought looks back.
        root: Where it is with the last; see `features.last_root`.
        shown: Its share in what is shown, in [0, 1].
        heard: Its share in what the model hears, in [0, 1].
    """

    frames: Float[Array, "K F"]
    root: Float[Array, "3"]
    shown: float
    heard: float

    @staticmethod
    def of(clip: Clip, shown: float, heard: float) -> "Lead":
        """Return the lead of a clip's last frames but the first, which only tells velocities."""
        return Lead(features.from_clip(clip)[1:], features.last_root(clip), shown, heard)

    def at(self, root: Float[Array, "3"]) -> Self:
        """Return the same lead at another place."""
        return type(self)(self.frames, root, self.shown, self.heard)

    def seen_from(self, root: Float[Array, "3"], frames: int) -> Float[Array, "K W"]:
        """Return what a partner at a root sees of the newest frames; see `motion.other`."""
        return other.seen(self.frames[-frames:], self.root, root)


def follow(
    frames: Float[Array, "B F"],
    root: Float[Array, "B 3"],
    leads: Float[Array, "B F"],
    lead_root: Float[Array, "B 3"],
    share: Float[Array, "B"],
) -> Float[Array, "B F"]:
    """Return features that are partly those of leads, and lead to where these are.

    Args:
        frames: Features that go on from the roots; not changed.
        root: Of the frames before; see `features.last_root`.
        leads: Features of the leads now.
        lead_root: Where these are.
        share: Of the leads, in [0, 1].
    """
    away = features.relative_root(root, lead_root)
    led = leads.copy()
    led[:, features.PART["turn_rate"]] += HEADING_RATE * away[:, 2:]
    led[:, features.PART["root_velocity"]] += PLACE_RATE * away[:, :2]
    return frames + share[:, None] * (led - frames)
