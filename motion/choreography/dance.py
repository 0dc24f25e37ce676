"""The dance itself: passages and effort made into poses."""

import numpy as np
from jaxtyping import Float

from motion import rotations
from motion.choreography import arms, legs
from motion.choreography.effort import Effort, arm_rest, blend
from motion.choreography.passage import Passage, passage
from motion.choreography.score import PHRASE, Cue, Score, conditions
from motion.clip import Clip
from motion.skeleton import CANONICAL

Array = np.ndarray

_LEGS = CANONICAL.indices("leftUpperLeg", "rightUpperLeg")
_TOES = CANONICAL.indices("leftToes", "rightToes")
_SHOULDERS = CANONICAL.indices("leftShoulder", "rightShoulder")
_MOST = np.radians([20.0, 16.0, 36.0, 34.0, 44.0, 24.0])
"""Furthest that each number of a torso key leads."""

_STANDING = float(CANONICAL.rest_offsets[0, 1]) - 0.015
"""Height of the hips with soft knees, metres."""


def choreography(
    beats: Float[Array, "T"], seed: int, score: Score
) -> tuple[Float[Array, "T 3"], Float[Array, "T J 4"]]:
    """Return the dance at any musical times: a pure function, the same for the same arguments.

    Time is counted in beats, so that the tempo may change at any moment: integrate it into beats.
    Cues may be added at any time; only what is danced after them changes.

    Args:
        beats: Not negative, in any order.
        seed: Chooses figures and the dancer's habits.
        score: What to dance; at least one cue.

    Returns:
        Positions of the hips in metres, about the origin, facing +Z save for turns, and local
        rotations. Feet that stand rest on the floor.
    """
    at = np.asarray(beats, dtype=float) + 2 * PHRASE  # so that tracks may look back
    shifted = tuple(Cue(cue.beat + 2 * PHRASE, cue.weights, cue.energy) for cue in score)
    first, last = int(at.min() // PHRASE) - 1, int((at.max() + 3) // PHRASE) + 1
    tracks = passage(seed, shifted, first, last)
    condition = conditions(shifted, at)
    return _Dancer(at, seed, tracks, blend(condition[:, :-1]), condition[:, -1]).poses()


def _mix(low: float, high: float, share: Float[Array, "T"]) -> Float[Array, "T"]:
    result: Array = low + (high - low) * share
    return result


class _Dancer:
    """Reads tracks as one with this effort would dance them."""

    def __init__(
        self,
        beats: Float[Array, "T"],
        seed: int,
        tracks: Passage,
        effort: Effort,
        energy: Float[Array, "T"],
    ) -> None:
        self._beats, self._seed, self._tracks = beats, seed, tracks
        self._effort = effort
        self._size = energy**0.8
        self._width = _mix(1.35, 0.85, effort.time)
        self._lag = _mix(0.02, 0.24, effort.flow)

    def poses(self) -> tuple[Float[Array, "T 3"], Float[Array, "T J 4"]]:
        """Return hips and local rotations."""
        turned = np.tile(rotations.IDENTITY, (len(self._beats), len(CANONICAL.joints), 1))
        trunk_pitch = self._trunk(turned)
        for side in (0, 1):
            start = _SHOULDERS[side]
            turned[:, start : start + 4] = self._arm(side, trunk_pitch)
        hips = self._legs(turned, trunk_pitch)
        return hips, turned

    def _body(self, ahead: float | Array = 0.0) -> Array:
        width = _mix(1.15, 0.7, self._effort.time)
        return self._tracks.body.read(self._beats + ahead, width)

    def _drift(self, what: int) -> Array:
        """Return a slow wander in [-1, 1], of three periods that never meet."""
        phases = np.random.default_rng([self._seed, what, 3]).random(3)
        turns = self._beats[:, None] / np.array([5.3, 8.9, 13.7]) + phases
        wander: Array = np.sin(2 * np.pi * turns).mean(axis=1)
        return wander

    def _trunk(self, turned: Array) -> Array:
        """Set pelvis, spine, chest, neck and head; return how far the chest is pitched.

        The weight drives the pelvis; spine, chest and head answer it later and the other way.
        """
        e, size = self._effort, self._effort.torso_size * self._size
        lag = self._lag
        now, late, later = (
            _MOST
            * np.tanh(
                np.radians(self._tracks.torso.read(self._beats - d, self._width))
                * size[:, None]
                / _MOST
            )
            for d in (0.0, lag, 2 * lag)
        )
        body, body_late = self._body(), self._body(-1.4 * lag)
        sway, sway_late = size * body[:, 3], size * body_late[:, 3]
        wander = _mix(0.12, 0.03, e.space)
        twist = 0.13 * sway + wander * self._drift(1)
        pulse = np.stack([self._pulse(d) for d in (0.0, lag, 2 * lag)], axis=1)
        beat = (1.6 * e.bounce * self._size)[:, None] * pulse
        chest_pitch = np.radians(e.chest_pitch)
        crouch = 0.15 * chest_pitch + 0.4 * self._dip()
        angles = {
            "hips": (
                body[:, 2] + twist + 0.3 * now[:, 4],
                0.10 * sway + now[:, 1],
                0.04 + crouch + now[:, 0],
            ),
            "spine": (
                -0.6 * twist + 0.3 * late[:, 4],
                -0.09 * sway_late + 0.45 * late[:, 3],
                0.3 * chest_pitch - 0.3 * self._dip() + 0.45 * late[:, 2] + beat[:, 0],
            ),
            "chest": (
                -0.12 * sway_late + 0.4 * later[:, 4] + 0.6 * wander * self._drift(2),
                -0.07 * sway_late + 0.55 * later[:, 3] + 0.4 * wander * self._drift(3),
                0.55 * chest_pitch + 0.55 * later[:, 2] + beat[:, 1],
            ),
        }
        pitch = sum(angles[j][2] for j in angles)
        facing = sum(angles[j][0] for j in angles)
        roll = sum(angles[j][1] for j in angles)
        look = -1.05 * _mix(0.55, 1.0, e.space) * np.sin(facing) + wander * self._drift(4)
        nod = np.radians(e.head_pitch) - 0.85 * pitch + later[:, 5] + beat[:, 2]
        tilt = -0.6 * roll + _mix(0.10, 0.03, e.space) * self._drift(5)
        angles["neck"] = (0.4 * look, 0.4 * tilt, 0.55 * nod)
        angles["head"] = (0.6 * look, 0.6 * tilt, 0.45 * nod)
        for joint, values in angles.items():
            stacked = np.stack(np.broadcast_arrays(*values), axis=-1)
            turned[:, CANONICAL.index(joint)] = rotations.from_euler("YZX", stacked)
        result: Array = pitch
        return result

    def _pulse(self, late: float | Array) -> Array:
        """Return a wave that is 1 on the beat and has no mean: the stronger, the more it hits."""
        sharpness = _mix(0.3, 1.8, self._effort.weight)
        swing = np.cos(2 * np.pi * (self._beats - late))
        hit: Array = (np.exp(sharpness * swing) - np.i0(sharpness)) / (
            np.exp(sharpness) - np.i0(sharpness)
        )
        return hit

    def _dip(self) -> Array:
        width = _mix(1.3, 0.7, self._effort.time)
        return self._tracks.dips.read(self._beats, width)[:, 0]

    def _arm_keys(self, side: int, late: float | Array) -> Array:
        """Return an arm's key as the emotion sizes it, (T, 4): three in radians, and the reach."""
        e = self._effort
        read = self._tracks.arms.read(self._beats - late, self._width)
        key, mean = read[:, 4 * side : 4 * side + 4], read[:, 8 + 4 * side : 12 + 4 * side]
        rest = arm_rest(e)
        size = (e.arm_size * self._size)[:, None]
        inward = np.minimum(size, 1.0)  # hands that meet must not pass through each other
        apart = key - mean
        opening = apart * [-1, 0, 0, 0] > 0
        to_and_fro = np.where(opening | [False, True, False, False], size, inward) * apart
        led = rest + e.arm_lead[:, None] * (mean - rest) + to_and_fro
        return led * [np.pi / 180, np.pi / 180, np.pi / 180, 0.01]

    def _arm(self, side: int, trunk_pitch: Array) -> Array:
        e = self._effort
        inner, outer, tip = (self._arm_keys(side, d * self._lag) for d in (0.6, 1.1, 1.9))
        key = np.concatenate([inner[:, :2], outer[:, 2:]], axis=-1)
        wander = _mix(0.22, 0.05, e.space) * self._size**0.5
        key[:, 0] += wander * self._drift(10 + 4 * side)
        key[:, 1] += wander * self._drift(11 + 4 * side)
        key[:, 2] += wander * self._drift(12 + 4 * side)
        key[:, 3] += 0.25 * wander * self._drift(13 + 4 * side)
        flop = _mix(0.3, 1.0, e.flow)[:, None] * (tip - outer)[:, [1, 0]] * [1.0, 0.8]
        shrug = np.radians(e.shoulders)
        ceiling = np.radians(e.arm_ceiling)
        return arms.arm(side, key, ceiling, shrug, trunk_pitch, np.clip(flop, -0.8, 0.8))

    def _legs(self, turned: Array, trunk_pitch: Array) -> Array:
        """Set the legs; return the hips' positions."""
        e = self._effort
        body = self._body(0.06)
        feet = [
            legs.foot(self._tracks.feet[side], side, self._beats, body[:, 3]) for side in (0, 1)
        ]
        bounce = e.bounce * self._size * self._pulse(0.02)
        heights = np.stack([height for _, _, height, _ in feet])
        flight = heights.prod(axis=0) / (np.sum(heights**4, axis=0) ** 0.25 + 1e-6)
        back = 0.10 * np.sin(trunk_pitch)
        hips = np.stack(
            [
                body[:, 0] - back * np.sin(body[:, 2]),
                _STANDING - e.crouch - self._dip() - bounce + flight,
                body[:, 1] - back * np.cos(body[:, 2]),
            ],
            axis=-1,
        )
        world = rotations.to_matrix(turned[:, 0])
        hips[:, 1] = legs.highest_hips(hips, world, [ankle for ankle, *_ in feet])
        for side, (ankle, planted, height, toes) in enumerate(feet):
            start = _LEGS[side]
            turned[:, start : start + 3] = legs.leg(side, hips, world, ankle, planted, height)
            turned[:, _TOES[side]] = rotations.from_euler("X", toes[:, None])
        return hips


def danced(
    seconds: float,
    seed: int,
    score: Score,
    beats_per_minute: float,
    fps: float = 30.0,
    name: str = "",
) -> Clip:
    """Return a clip of a dance at a constant tempo.

    Args:
        seconds: Its duration.
        seed: As for `choreography`.
        score: What to dance; cues count in beats.
        beats_per_minute: Tempo.
        fps: Frames per second.
        name: Name of the clip.
    """
    beats = np.arange(round(seconds * fps)) / fps * beats_per_minute / 60.0
    return Clip(name, fps, *choreography(beats, seed, score))
