"""What is wrong with found landmarks, put right before they become a pose.

Gaps, bodies upside down, jumps, left taken for right, jitter: each in a small filter over all
landmarks at once. Times are given, never read from a clock.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from server.capture import landmarks as lm
from server.capture.landmarks import TRUNK, Landmarks

Array = np.ndarray

_FARTHEST = 2.5  # metres from the hips, beyond any landmark of a person
_SHOWN, _HIDDEN = 0.5, 0.25  # visibility at which a landmark starts and stops to count
_GAP = 0.3  # seconds unseen after which the past says nothing of the present
_SHOULDERS = np.array([lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER])
_SOLES = np.array([lm.LEFT_HEEL, lm.RIGHT_HEEL, lm.LEFT_TOE, lm.RIGHT_TOE])
_SHORTEST_TICK = 1e-6  # seconds below which the source's clock stands
_TICK = 1 / 30  # seconds taken to have passed when the source's clock stands or jumps
_LONGEST_TICK = 0.5


@dataclass(frozen=True, eq=False)
class Observation:
    """Landmarks put right.

    Attributes:
        seconds: Passed since the observation before.
        positions: Y up, facing the camera is +Z, metres from the middle of the hips, (33, 3);
            landmarks that are not visible stay where they were seen last.
        visible: Which landmarks are seen and believed, (33,).
        fresh: Whether a person is taken up anew, unrelated to the one before.
    """

    seconds: float
    positions: Float[Array, "33 3"]
    visible: Bool[Array, "33"]
    fresh: bool


class LandmarkFilter:
    """Turns what a source delivers into observations that can be trusted."""

    def __init__(self) -> None:
        self._time: float | None = None
        self._shown = np.zeros(lm.COUNT, dtype=bool)
        self._known = np.zeros((lm.COUNT, 3))
        self._smoother = OneEuro()
        self._tumbles = TumbleFilter()
        self._flips = FlipFilter()
        self._jumps = JumpFilter()
        self._level = Level()
        self._unseen = float("inf")

    def update(self, landmarks: Landmarks | None, time: float) -> Observation:
        """Return the observation that the next landmarks make; None when nobody was seen."""
        seconds = self._elapsed(float(time))
        positions, visible = self._admit(landmarks)
        visible, overturned = self._tumbles.update(positions, visible, seconds)
        if not visible.any():
            self._unseen += seconds
            held = self._level.apply(self._smoother.positions)
            return Observation(seconds, held, visible, False)
        fresh = overturned or self._unseen > _GAP
        if not fresh:
            positions, visible, fresh = self._flips.update(positions, visible, self._known, seconds)
        if not fresh:
            visible, fresh = self._jumps.update(positions, visible, self._known, seconds)
        self._unseen = 0.0
        self._known = np.where(visible[:, None], positions, self._known)
        if fresh:
            self._smoother.forget()
        smooth = self._smoother.update(positions, visible, seconds)
        return Observation(seconds, self._level.update(smooth, visible, seconds), visible, fresh)

    def _elapsed(self, time: float) -> float:
        """Return the seconds since the landmarks before; a clock that misbehaves ticks evenly."""
        before, self._time = self._time, time
        if before is None or not np.isfinite(time) or not time - before > _SHORTEST_TICK:
            return _TICK
        return min(time - before, _LONGEST_TICK) if np.isfinite(before) else _TICK

    def _admit(self, landmarks: Landmarks | None) -> tuple[Array, Array]:
        """Return positions in our axes and which landmarks are visible, with hysteresis."""
        if landmarks is None:
            self._shown = np.zeros(lm.COUNT, dtype=bool)
            return self._known, self._shown
        positions = landmarks.positions * [1.0, -1.0, -1.0]
        sound = (np.abs(positions) < _FARTHEST).all(axis=1)  # false for NaN too
        threshold = np.where(self._shown, _HIDDEN, _SHOWN)
        self._shown = sound & (landmarks.visibility > threshold)
        return np.where(sound[:, None], positions, 0.0), self._shown


class OneEuro:
    """Smooths slow landmarks much and fast ones little.

    A first-order low-pass whose cutoff grows with the filtered speed, so that rest does not
    jitter and motion does not lag.

    References:
        G. Casiez, N. Roussel, D. Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for
        Noisy Input in Interactive Systems", CHI 2012.
    """

    CUTOFF = 1.0
    """Hertz at rest."""
    SLOPE = 12.0
    """Hertz per metre a second."""
    SPEED_CUTOFF = 1.0
    """Hertz of the low-pass on the velocity."""

    def __init__(self) -> None:
        self.positions = np.zeros((lm.COUNT, 3))
        self._velocities = np.zeros((lm.COUNT, 3))
        self._unseen = np.full(lm.COUNT, np.inf)

    def forget(self) -> None:
        """Take the next positions as they are."""
        self._unseen.fill(np.inf)

    def update(
        self, positions: Float[Array, "33 3"], visible: Bool[Array, "33"], seconds: float
    ) -> Float[Array, "33 3"]:
        """Return filtered positions; invisible landmarks stay, long unseen ones start anew."""
        anew = (self._unseen > _GAP)[:, None]
        passed = np.minimum(self._unseen, _GAP)[:, None] + seconds
        self._unseen = np.where(visible, 0.0, self._unseen + seconds)
        velocities = (positions - self.positions) / passed
        velocities = np.where(anew, 0.0, velocities)
        eased = self._velocities + _gain(self.SPEED_CUTOFF, passed) * (
            velocities - self._velocities
        )
        speeds = np.sqrt((eased * eased).sum(axis=1, keepdims=True))
        gain = np.where(anew, 1.0, _gain(self.CUTOFF + self.SLOPE * speeds, passed))
        seen = visible[:, None]
        self._velocities = np.where(seen, eased, self._velocities)
        self.positions = np.where(
            seen, self.positions + gain * (positions - self.positions), self.positions
        )
        return self.positions


def _gain(cutoff: Array | float, seconds: Array) -> Array:
    """Return the share of the new value that a low-pass of a cutoff in hertz takes in."""
    turns = 2 * np.pi * cutoff * seconds
    gain: Array = turns / (turns + 1.0)
    return gain


class TumbleFilter:
    """Disbelieves a body whose trunk turns over faster than anybody's, until it insists.

    A network that sees a body upside down, or turning over, is as sure of it as of any other. But a
    body passes through all that lies between: in capoeira no trunk turns faster than 7.3 radians a
    second, nor by more than 0.7 radians in a tenth. Spins about the vertical are not judged: salsa
    dancers turn by 2.5 radians in a tenth. Who comes into sight is taken to come upright.
    """

    SPEED = 7.5
    """Radians a second that a trunk may turn over, and"""
    SLACK = 0.2
    """radians besides."""
    OVER = 0.1
    """Seconds over which that is measured."""
    INSISTS = 1.0
    """Seconds after which a turn is believed."""
    FORGOTTEN = 0.6
    """Seconds without a trunk to believe after which it is taken to have come upright."""

    _UPRIGHT = 0.0, np.array([0.0, 1.0, 0.0])

    def __init__(self) -> None:
        self._recent = deque([self._UPRIGHT])
        self._now = self._doubted = 0.0

    def update(
        self, positions: Float[Array, "33 3"], visible: Bool[Array, "33"], seconds: float
    ) -> tuple[Bool[Array, "33"], bool]:
        """Return which landmarks to believe, none while in doubt, and whether a turn insisted."""
        self._now += seconds
        if not visible[TRUNK].all():
            return visible, False
        trunk = positions[TRUNK[:2]].sum(axis=0) - positions[TRUNK[2:]].sum(axis=0)
        trunk[2] = abs(trunk[2])  # whether it leans to the camera or away is often mistaken
        trunk /= max(float(np.sqrt(trunk @ trunk)), 1e-9)
        if self._now - self._recent[-1][0] > self.FORGOTTEN:
            self._recent = deque([self._UPRIGHT])
        if not all(self._can_turn(earlier, trunk, time) for time, earlier in self._recent):
            self._doubted += seconds
            if self._doubted < self.INSISTS:
                return np.zeros_like(visible), False
            self._recent.clear()
        insisted, self._doubted = not self._recent, 0.0
        self._recent.append((self._now, trunk))
        while self._now - self._recent[0][0] > self.OVER:
            self._recent.popleft()
        return visible, insisted

    def _can_turn(self, earlier: Array, trunk: Array, time: float) -> bool:
        farthest = self.SLACK + self.SPEED * min(self._now - time, self.OVER)
        return bool(earlier @ trunk >= np.cos(farthest))


class JumpFilter:
    """Disbelieves single landmarks that leap, until they insist; tells when all of them leap."""

    SPEED = 7.0
    """Metres a second that a landmark may move, and"""
    SLACK = 0.15
    """metres besides."""
    LEAP_LASTS = 0.12
    """Seconds after which a leap is believed."""

    def __init__(self) -> None:
        self._doubted = np.zeros(lm.COUNT)

    def update(
        self,
        positions: Float[Array, "33 3"],
        visible: Bool[Array, "33"],
        known: Float[Array, "33 3"],
        seconds: float,
    ) -> tuple[Bool[Array, "33"], bool]:
        """Return which landmarks to believe, and whether this is someone else."""
        moved = positions - known
        limit = self.SLACK + self.SPEED * (seconds + self._doubted)
        leaps = visible & ((moved * moved).sum(axis=1) > limit * limit)
        if 2 * leaps.sum() > visible.sum():
            self._doubted.fill(0.0)
            return visible, True
        doubted = leaps & (self._doubted < self.LEAP_LASTS)
        self._doubted = np.where(doubted, self._doubted + seconds, 0.0)
        return visible & ~doubted, False


class FlipFilter:
    """Undoes landmarks of the left taken for those of the right.

    Three mistakes are told, in the upper or the lower body: labels swapped, those of the limbs
    alone swapped, and a body taken to face the other way, which swaps labels and turns depth inside
    out. Where undoing one fits what was known much better, it is undone. A swap that stays is
    believed after a while: then the past was wrong.
    """

    APART = 0.04
    """Metres of mean distance, and"""
    SPEED = 1.5
    """metres a second besides, below which nothing has flipped."""
    BETTER = 0.35
    """How much smaller the squared distance must be with the mistake undone."""
    SWAP_LASTS = 0.6
    """Seconds after which a swap is believed."""

    _GROUPS = np.stack([np.arange(lm.COUNT) < lm.LEFT_HIP, np.arange(lm.COUNT) >= lm.LEFT_HIP])
    _LIMBS = ~np.isin(np.arange(lm.COUNT), [*range(lm.LEFT_ELBOW), *TRUNK])[:, None]

    def __init__(self) -> None:
        self._flipped = np.zeros(2)

    def update(
        self,
        positions: Float[Array, "33 3"],
        visible: Bool[Array, "33"],
        known: Float[Array, "33 3"],
        seconds: float,
    ) -> tuple[Float[Array, "33 3"], Bool[Array, "33"], bool]:
        """Return positions and visibility with labels put right, and whether a swap is believed."""
        swapped, mirrored = positions[lm.MIRROR], visible[lm.MIRROR]
        limbs = np.where(self._LIMBS, swapped, positions)
        readings = np.stack([positions, swapped, swapped * [1.0, 1.0, -1.0], limbs])
        limbs_seen = np.where(self._LIMBS[:, 0], mirrored, visible)
        seen = np.stack([visible, mirrored, mirrored, limbs_seen])
        distances = self._distances(readings - known, seen)
        best = distances.argmin(axis=0)
        fits = distances.min(axis=0) < self.BETTER * distances[0]
        flips = fits & (distances[0] > (self.APART + self.SPEED * seconds) ** 2)
        self._flipped = np.where(flips, self._flipped + seconds, 0.0)
        if not flips.any():
            return positions, visible, False
        if np.max(self._flipped) > self.SWAP_LASTS:
            self._flipped[:] = 0.0
            return positions, visible, True
        reading = np.where(flips, best, 0) @ self._GROUPS
        each = np.arange(lm.COUNT)
        return readings[reading, each], seen[reading, each], False

    def _distances(self, moved: Array, seen: Array) -> Array:
        """Return the mean squared distance of each reading's and group's landmarks, (4, 2)."""
        squared = np.where(seen, (moved * moved).sum(axis=2), 0.0)
        distances: Array = (squared @ self._GROUPS.T) / np.maximum(seen @ self._GROUPS.T, 1)
        return distances


class Level:
    """Takes out the camera's pitch and what is like it: a dancer, over time, stands upright.

    MediaPipe's own world landmarks lean forward by some degrees even before a level camera.
    """

    WIDEST = 0.4
    """Radians of lean, seen or taken out, at most."""
    MEMORY = 15.0
    """Seconds over which the lean is averaged, and"""
    DOUBT = 4.0
    """seconds for which no lean is taken to have been seen at the start."""

    def __init__(self) -> None:
        self._lean = 0.0
        self._watched = self.DOUBT

    def update(
        self, positions: Float[Array, "33 3"], visible: Bool[Array, "33"], seconds: float
    ) -> Float[Array, "33 3"]:
        """Learn from a standing person and return the positions, upright."""
        if visible[_SHOULDERS].all() and visible[_SOLES].all():
            _, up, forward = positions[_SHOULDERS].mean(axis=0) - positions[_SOLES].mean(axis=0)
            lean = float(np.arctan2(forward, up))
            if abs(lean) < self.WIDEST:
                self._watched = min(self._watched + seconds, self.MEMORY)
                self._lean += (lean - self._lean) * min(seconds / self._watched, 1.0)
        return self.apply(positions)

    def apply(self, positions: Float[Array, "33 3"]) -> Float[Array, "33 3"]:
        """Return the positions turned upright about the camera's horizontal axis."""
        sine, cosine = np.sin(self._lean), np.cos(self._lean)
        turned = np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
        return positions @ turned
