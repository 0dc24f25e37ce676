"""Partners keep company with another dancer: they turn to them, and keep a distance as dancers do.

The way goes with the steps of the dance: who stands stays, and who steps lands a little farther on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import kinematics
from motion.partner.grounding import ramp
from motion.skeleton import CANONICAL

Array = np.ndarray

PACES = (0.05, 0.9)
"""Metres per second at most by which a partner gives way or comes nearer, besides its own dance,
while a foot stands, and while none does: the foot lock holds a standing foot only so far."""

BEFORE_RULES_5 = (0.35, 0.35)
"""The same by the rules of version 4; see `Opening` of the server."""

PULL = 1.0
"""Metres per second of that for each metre too near or too far."""

LIFTED = (0.3, 0.8)
"""Metres per second of the slower foot from which the pace grows, and from which no foot stands."""

STEPPING = (0.2, 0.8)
"""Metres per second of the faster foot from which a partner goes along, and goes in full."""

SIDEWAYS = 0.3
"""Share of the way to or from the audience in giving way: two beside one another are both seen."""

HABIT = 0.5
"""Metres to the companion's left from which a partner stays there; else it goes to their right, so
that those who see both have the companion at the right."""

CROWDED = (1.0, 0.6)
"""Metres from which a partner gets out of the way whatever its feet do, and within which it is at
its quickest: a foot that slides looks better than one body in another."""

DODGE = 1.8
"""Metres per second of that: a quick walk of people who come at it does not catch it."""

_FEET = CANONICAL.indices(*kinematics.CONTACT_JOINTS)


@dataclass(frozen=True, eq=False)
class Companion:
    """Another dancer with whom a partner keeps company.

    Attributes:
        place: Where they are, x and z in metres.
        near: Metres from which the partner gives way.
        far: Metres from which it comes nearer.
        faced: Whether it turns to them, rather than to the audience.
        paces: See `PACES`.
        dodged: Whether it gets out of their way, see `CROWDED`.
    """

    place: Float[Array, "2"]
    near: float
    far: float
    faced: bool
    paces: tuple[float, float] = PACES
    dodged: bool = False


def headings(
    companions: Mapping[int, Companion], root: Float[Array, "B 3"]
) -> tuple[Float[Array, "B"], Float[Array, "B"]]:
    """Return where partners turn by themselves, and where they turn whatever they follow.

    Args:
        companions: By slot.
        root: Roots of the partners; see `features.last_root`.

    Returns:
        Radians about Y, 0 for the audience, NaN for nowhere: the former for those who turn to no
        companion, the latter for those who do.
    """
    alone, together = np.zeros(len(root)), np.full(len(root), np.nan)
    for slot, companion in companions.items():
        if companion.faced:
            x, z = companion.place - root[slot, :2]
            alone[slot], together[slot] = np.nan, np.arctan2(x, z)
    return alone, together


def keep_distance(
    place: Float[Array, "B 2"],
    companions: Mapping[int, Companion],
    positions: Float[Array, "B J 3"],
    before: Float[Array, "B J 3"],
    dt: float,
) -> Float[Array, "B 2"]:
    """Return places that are nearer to the distance that partners keep from their companions.

    Args:
        place: Where the figures want to be, x and z in metres.
        companions: By slot.
        positions: World positions of their joints.
        before: World positions in the frame before.
        dt: Seconds since the frame before.
    """
    if not companions:
        return place
    kept = place.copy()
    for slot, companion in companions.items():
        joints = np.linalg.norm(positions[slot, _FEET] - before[slot, _FEET], axis=-1) / dt
        slower, faster = np.sort(joints.reshape(2, 2).max(-1))
        standing, free = companion.paces
        fastest = standing + (free - standing) * ramp(slower, *LIFTED)
        away = place[slot] - companion.place
        distance = float(np.hypot(*away))
        wrong = min(distance - companion.near, 0.0) + max(distance - companion.far, 0.0)
        if wrong < 0.0:
            side = 1.0 if away[0] > HABIT else -1.0
            away = np.array([side * max(abs(away[0]), 0.1), SIDEWAYS * away[1]])
        speed = float(np.clip(PULL * wrong, -fastest, fastest)) * ramp(faster, *STEPPING)
        kept[slot] -= speed * dt * away / max(float(np.hypot(*away)), 1e-6)
        if companion.dodged:
            urgency = float(ramp(np.array(distance), *CROWDED))
            kept[slot] += urgency * DODGE * dt * _aside(place[slot] - companion.place)
    return kept


def _aside(away: Float[Array, "2"]) -> Float[Array, "2"]:
    """Return the unit vector along which a partner gets out of the way: beside, not behind."""
    side = 1.0 if away[0] > 0.0 else -1.0
    way = np.array([side * max(abs(away[0]), 0.1), SIDEWAYS * away[1]])
    return way / float(np.hypot(*way))
