"""How a partner stands while it listens: breath, weight, eyes on the dancer, and their pulse.

It anticipates: knees and head go along with the beat of what it hears, before it answers.
"""

from collections import deque

import numpy as np
from jaxtyping import Float

from motion import kinematics, rotations
from motion.clip import Clip, Pose
from motion.leg_reach import reach_legs
from motion.partner.inertialisation import decay
from motion.skeleton import CANONICAL

Array = np.ndarray

PERIODS = (0.42, 1.0)
"""Seconds between beats that are heard."""

PULSED = 0.2
"""Correlation of speed with itself a beat later from which there is a beat."""

HEARD_SECONDS = 4.0
"""Of the dancer's speed in which a beat is looked for."""

DRAWN = 2.0
"""Per second: how fast its bounce is drawn to the dancer's beat."""

EAGER = 0.5
"""Mean joint speed of the dancer, m/s, at which it bounces in full."""

BOUNCE = 0.02
"""Metres by which its hips go down with the beat, and up again, from"""
BENT = 0.045
"""metres below where they are when it stands straight."""

NOD = np.radians(3.0)
"""Pitch of the head with the beat, radians."""

BREATH_SECONDS = 3.7
"""Of a breath, of a dancer at rest."""
BREATH = np.radians(1.5)
"""Pitch of the chest with it, radians."""

WEIGHT = 0.045
"""Metres by which the hips go aside to the foot that carries."""
CARRIES = (1.8, 4.5)
"""Seconds for which a foot carries."""

WATCHES, LOOKS_AWAY = (3.0, 6.0), (0.7, 1.4)
"""Seconds for which it looks at the dancer, and at the audience."""
GLANCE = 0.3
"""Share of its turn to the dancer that is left meanwhile."""

WIDEST = np.radians(55.0)
"""Turn of the head from where the body faces; neck and chest have a part in it."""

HALF_LIFE = 0.22
"""Seconds in which half of a change of weight or gaze has come."""

_HIPS, _SPINE, _CHEST, _NECK, _HEAD = CANONICAL.indices("hips", "spine", "chest", "neck", "head")
_FEET = CANONICAL.indices("leftFoot", "rightFoot")
_TURNS = {_SPINE: 0.1, _CHEST: 0.2, _NECK: 0.3, _HEAD: 0.4}
"""Share of a turn of the head that each joint has."""


def beat(speed: Float[Array, "T"], fps: float) -> tuple[float, float] | None:
    """Return the seconds between beats of a motion and its phase now, radians; None without a beat.

    Phase 0 is where the motion is fastest.

    Args:
        speed: Mean joint speed, the newest last.
        fps: Frames per second.
    """
    shortest, longest = (round(s * fps) for s in PERIODS)
    if len(speed) < 2 * longest:
        return None
    away = speed - speed.mean()
    power = float(away @ away)
    alike = [
        float(away[lag:] @ away[:-lag]) / max(power, 1e-9) * len(away) / (len(away) - lag)
        for lag in range(shortest, longest + 1)
    ]
    if max(alike) < PULSED:
        return None
    period = (shortest + int(np.argmax(alike))) / fps
    ago = np.arange(len(away))[::-1] / fps
    phase = np.angle(np.sum(away * np.exp(2j * np.pi * ago / period)))
    return period, float(phase)


class Listening:
    """One partner that listens."""

    def __init__(self, fps: float, rng: np.random.Generator) -> None:
        """Begin to listen.

        Args:
            fps: Frames per second.
            rng: Source of randomness: when weight and gaze change.
        """
        self._dt, self._rng = 1.0 / fps, rng
        self._side = float(rng.choice([-1.0, 1.0]))
        self._watched = 1.0
        self._changes, self._looks = rng.uniform(*CARRIES), rng.uniform(*WATCHES)
        self._now = self._phase = self._behind = self._eager = 0.0
        self._period: float | None = None
        self._breath = rng.uniform(0.0, 2.0 * np.pi)
        self._goes, self._rate = np.zeros((2, 3))
        self._poses: deque[Pose] = deque()

    def hear(self, speed: Float[Array, "T"]) -> None:
        """Hear the dancer's beat; may be called now and then.

        Args:
            speed: Mean joint speed of their last `HEARD_SECONDS`, m/s.
        """
        recent = speed[-round(0.5 / self._dt) :]
        self._eager = min(1.0, float(recent.mean()) / EAGER)
        found = beat(speed, 1.0 / self._dt)
        if found is not None:
            self._period = found[0]
            self._behind = (found[1] - self._phase + np.pi) % (2.0 * np.pi) - np.pi

    def next_frames(self, towards: float, frames: int) -> Clip:
        """Return its newest frames; it stands at the origin and faces +Z.

        Args:
            towards: Direction of the dancer from where it faces, radians, positive to its left.
            frames: How many; the last of them is new.
        """
        self._now += self._dt
        self._change_mind()
        turn = self._watched * float(np.clip(towards, -WIDEST, WIDEST))
        goal = np.array([self._side, turn, self._eager])
        away, self._rate = decay(self._goes - goal, self._rate, HALF_LIFE, self._dt)
        self._goes = goal + away
        if self._period is not None:
            drawn = DRAWN * self._dt * self._behind
            self._behind -= drawn
            self._phase += 2.0 * np.pi * self._dt / self._period + drawn
        self._poses.append(self._stand())
        while len(self._poses) < frames:
            self._poses.append(self._poses[-1])
        while len(self._poses) > frames:
            self._poses.popleft()
        return Clip.from_poses(list(self._poses), 1.0 / self._dt)

    def _change_mind(self) -> None:
        if self._now > self._changes:
            self._side = -float(np.sign(self._side)) * self._rng.uniform(0.5, 1.0)
            self._changes = self._now + self._rng.uniform(*CARRIES)
        if self._now > self._looks:
            self._watched = GLANCE if self._watched == 1.0 else 1.0
            lasts = WATCHES if self._watched == 1.0 else LOOKS_AWAY
            self._looks = self._now + self._rng.uniform(*lasts)

    def _stand(self) -> Pose:
        """Return the pose now: feet where they stand, all else on the move."""
        standing = Pose.standing()
        side, turn, eager = self._goes
        pulse = eager * np.cos(self._phase)
        breath = np.sin(2.0 * np.pi * self._now / BREATH_SECONDS + self._breath)
        turned = standing.rotations[None].copy()
        pitch = {_SPINE: 0.5 * BREATH * breath, _CHEST: -BREATH * breath, _HEAD: NOD * pulse}
        for joint in _TURNS:
            angles = [0.0, _TURNS[joint] * turn, pitch.get(joint, 0.0)]
            turned[0, joint] = _turned(turned[0, joint], angles)
        turned[0, _HIPS] = _turned(turned[0, _HIPS], [0.06 * side, 0.0, 0.0])
        turned[0, _SPINE] = _turned(turned[0, _SPINE], [-0.09 * side, 0.0, 0.0])
        hips = standing.hips + np.array([WEIGHT * side, -BENT - BOUNCE * pulse, 0.0])
        feet = kinematics.world_positions(CANONICAL, standing.hips, standing.rotations)[_FEET]
        positions = kinematics.world_positions(CANONICAL, hips[None], turned)
        moved = feet - positions[:, _FEET]
        return Pose(hips, reach_legs(moved, (hips[None], turned), positions)[0])


def _turned(local: Float[Array, "4"], angles: list[float]) -> Float[Array, "4"]:
    """Return a local rotation turned by roll, yaw and pitch, radians."""
    return rotations.multiply(local, rotations.from_euler("ZYX", np.array(angles)))
