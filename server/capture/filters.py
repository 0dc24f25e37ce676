"""What is wrong with found landmarks, put right before they become a pose.

Gaps, bodies upside down, jumps, left taken for right, jitter: each in a small filter over all
landmarks at once. Times are given, never read from a clock.
"""

import math
from collections import deque
from ctypes import c_int
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from motion.compiled import function
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

_admit, _smooth_landmarks = function("admit", "xxxddoo"), function("smooth_landmarks", "xddoooo")
_doubt_leaps = function("doubt_leaps", "xdddoo", c_int)
_undo_flips = function("undo_flips", "xdiiidooo", c_int)


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
        positions, self._shown = np.empty((lm.COUNT, 3)), self._shown.copy()
        found = landmarks.positions, landmarks.visibility, self._shown, positions
        _admit(_FARTHEST, _SHOWN, _HIDDEN, *found)
        return positions, self._shown


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
        self._constants = np.array([self.CUTOFF, self.SLOPE, self.SPEED_CUTOFF, _GAP])
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
        self.positions = self.positions.copy()  # those of before were handed out
        kept = self._unseen, self._velocities, self.positions
        _smooth_landmarks(seconds, self._constants, positions, visible, *kept)
        return self.positions


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
        return bool(earlier @ trunk >= math.cos(farthest))


class JumpFilter:
    """Disbelieves single landmarks that leap, until they insist; tells when all of them leap."""

    SPEED = 7.0
    """Metres a second that a landmark may move, and"""
    SLACK = 0.15
    """metres besides."""
    LEAP_LASTS = 0.12
    """Seconds after which a leap is believed."""

    _LEAPS = np.array([SLACK, SPEED, LEAP_LASTS])

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
        believed = visible.copy()
        doubt = self._LEAPS, positions, known, self._doubted, believed
        return believed, bool(_doubt_leaps(seconds, *doubt))


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

    _FLIPS = np.array([APART, SPEED, BETTER, SWAP_LASTS])
    _GROUPS = (np.arange(lm.COUNT) >= lm.LEFT_HIP).astype(np.int64)
    _LIMBS = (~np.isin(np.arange(lm.COUNT), [*range(lm.LEFT_ELBOW), *TRUNK])).astype(np.int64)

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
        righted, seen = positions.copy(), visible.copy()
        body = lm.MIRROR, self._GROUPS, self._LIMBS, known
        swapped = _undo_flips(seconds, self._FLIPS, *body, self._flipped, righted, seen)
        return righted, seen, bool(swapped)


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
        sine, cosine = math.sin(self._lean), math.cos(self._lean)
        turned = np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])
        return positions @ turned
