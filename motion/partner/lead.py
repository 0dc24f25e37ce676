"""Leads: dancers that partners follow, mixed into what is shown and into the model's input."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from jaxtyping import Float

from motion import features
from motion.clip import Clip
from motion.model.observed_dancer import observe

Array = np.ndarray

HEADING_RATE = 4.0
"""Per second: how fast a full follower turns to where its lead faces; as dancers do in a unison."""

PLACE_RATE = 2.0
"""Per second: how fast it comes to its lead's place."""


class LeadMotion(Protocol):
    """What a lead does.

    Attributes:
        frames: Features of the newest frames, the last now; a token of the model, three at least:
            a transition between motions looks back.
        root: Where it is with the last; see `features.last_root`.
    """

    @property
    def frames(self) -> Float[Array, "K F"]: ...  # noqa: D102

    @property
    def root(self) -> Float[Array, "3"]: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class KnownMotion:
    """A motion whose features are known; see `LeadMotion`."""

    frames: Float[Array, "K F"]
    root: Float[Array, "3"]


@dataclass(frozen=True, eq=False)
class Lead:
    """A dancer that a partner follows, and how closely.

    Attributes:
        motion: What it does.
        shown_share: Its share in what is shown, in [0, 1].
        input_share: Its share in the model's input, in [0, 1].
        place: Where it is taken to be, x and z in metres; None for where it is.
        heading: Where it is taken to face, radians; None for where it faces.
    """

    motion: LeadMotion
    shown_share: float
    input_share: float
    place: Float[Array, "2"] | None = None
    heading: float | None = None

    @staticmethod
    def from_clip(clip: Clip, shown_share: float, input_share: float) -> "Lead":
        """Return the lead of a clip's last frames but the first, which only tells velocities."""
        frames, root = features.with_last_roots(clip.hips, clip.rotations, clip.fps)
        return Lead(KnownMotion(frames[1:], root), shown_share, input_share)

    @property
    def frames(self) -> Float[Array, "K F"]:
        """See `LeadMotion`."""
        return self.motion.frames

    @property
    def root(self) -> Float[Array, "3"]:
        """Where it is taken to be with the last frame; see `features.last_root`."""
        own = self.motion.root
        place = own[:2] if self.place is None else self.place
        return np.append(place, own[2] if self.heading is None else self.heading)

    def moved_to(self, root: Float[Array, "3"]) -> "Lead":
        """Return the same lead at another place."""
        return replace(self, place=root[:2], heading=root[2])

    def observed_from(self, root: Float[Array, "3"], frames: int) -> Float[Array, "K W"]:
        """Return what a partner at a root sees of the newest frames; see `observe`."""
        return observe(self.frames[-frames:], self.root, root)


def follow_leads(
    frames: Float[Array, "B F"],
    root: Float[Array, "B 3"],
    leads: Float[Array, "B F"],
    lead_root: Float[Array, "B 3"],
    share: Float[Array, "B"],
) -> Float[Array, "B F"]:
    """Return features that are partly those of leads, and that move towards where these are.

    Args:
        frames: Features that go on from the roots; not changed.
        root: Roots of the frames before; see `features.last_root`.
        leads: Features of the leads now.
        lead_root: Roots of the leads now.
        share: Share of the leads, in [0, 1].
    """
    away = features.relative_root(root, lead_root)
    led = leads.copy()
    led[:, features.PART["turn_rate"]] += HEADING_RATE * away[:, 2:]
    led[:, features.PART["root_velocity"]] += PLACE_RATE * away[:, :2]
    return frames + share[:, None] * (led - frames)
