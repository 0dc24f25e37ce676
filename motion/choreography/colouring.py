"""Colouring: the look of an emotion carried onto any dance, whatever its steps.

What is danced stays: who steps when, and where the arms lead. What changes is how: posture of trunk
and head, how high the hands are, how large and how fast movements are and how sharply they hit,
how near to the floor, how much of it turns. Feet that stand keep standing: legs are solved to
reach them. Each part is a function of poses and slow means of them, so that a partner that dances
live can use it as well as a corpus.

References:
    M. Unuma, K. Anjyo and R. Takeuchi, "Fourier principles for emotion-based human figure
    animation", SIGGRAPH 1995. K. Amaya, A. Bruderlin and T. Calvert, "Emotion from motion",
    Graphics Interface 1996 (speed and amplitude of one motion carried onto another).
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from motion import features, kinematics, rotations
from motion.choreography.carriage import carried, numbers_of
from motion.choreography.colours import Colour
from motion.choreography.posing import (
    ARM_RANGE,
    FEET,
    HEAD,
    UPPER,
    bowed,
    elevation_of,
    enlarged,
    posture_of,
    raised,
)
from motion.clip import Clip
from motion.leg_reach import LEGS, STRAIGHTEST, reach_legs
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray
Poses = tuple[Array, Array]
"""Positions of the hips (T, 3), metres, and local rotations (T, J, 4)."""

MIDDLE_SECONDS = 1.5
"""Standard deviation of the smoothing that tells about which pose a dancer moves."""

TEMPO_RANGE = (0.6, 1.6)
"""How slow and how fast a dance is danced at most, of its own tempo."""

SLOWEST, FASTEST = 0.65, 1.6
"""Of the tempo inside a movement, of the mean: rests are held so long, accents hit so fast."""

ACCENT_SECONDS = 0.15
"""Standard deviation of the smoothing over which speed tells accents from rests."""

SPIN_RANGE = (-2.5, 2.5)
"""Turns added on a foot that stands, radians per second."""

SPIN_SECONDS = (5.3, 8.9, 13.7)
LEVEL_SECONDS = (3.1, 5.3, 8.9)
"""Periods of slow waves that never meet."""

LOWEST = 0.5
"""Leg lengths by which hips are lowered at most."""

SOFT = 40.0
"""One over the leg lengths within which straight legs are met softly."""

SINKS = 0.4
"""Share of its rises and falls by which a dance sinks in the mean: whoever is to keep higher than
that rises in between."""

COUNTERWEIGHT = 0.12
"""Metres by which hips go back under a trunk that bows, times the sine of its lean: what is above
them is three fifths of a body and weighs in a third of a metre higher."""

LEVEL_ROUNDS = 8
"""Times that the level is corrected to come to what the colour says."""

LEVEL_SHARE = 0.5
"""Share of the trunk's nods that a head keeps level."""


def coloured(clip: Clip, colour: Colour, seed: int) -> Clip:
    """Return a dance of the canonical skeleton in a colour.

    Args:
        clip: Two seconds at least.
        colour: How it is to look.
        seed: Random seed of the times at which it rises, falls and turns.
    """
    rng = np.random.default_rng(seed)
    clip = sized(clip, colour.size)
    clip = paced(clip, colour.speed, colour.accent)
    clip = postured(clip, colour.lean, colour.head)
    clip = handed(clip, colour.hands)
    clip = spun(clip, colour.turning, rng)
    return levelled(clip, colour.spread, level_of(clip, colour, rng))


def carried_as(clip: Clip, emotion: str, share: float) -> Clip:
    """Return a dance whose arms dwell nearer to where those of an emotion do.

    Args:
        clip: The dance.
        emotion: One of `carriage.CARRIAGES`; others change nothing.
        share: How much nearer, of what the carriage says.
    """
    made = carried(clip.rotations, middle_of(clip), share * numbers_of(emotion))
    return replace(clip, rotations=made)


def middle_of(clip: Clip) -> Float[Array, "T J 4"]:
    """Return the local rotations about which a dancer moves."""
    steady = _continuous(clip.rotations)
    smooth = gaussian_filter1d(steady, MIDDLE_SECONDS * clip.fps, axis=0)
    return rotations.normalise(smooth)


def _continuous(turned: Float[Array, "T J 4"]) -> Float[Array, "T J 4"]:
    """Return quaternions whose signs do not jump."""
    flips = np.sign(np.sum(turned[1:] * turned[:-1], -1, keepdims=True))
    steady = turned.copy()
    steady[1:] *= np.cumprod(np.where(flips == 0, 1.0, flips), axis=0)
    return steady


def sized(clip: Clip, size: float) -> Clip:
    """Return a dance whose trunk and arms lead so much further from where they dwell.

    Joints stop at a half turn. Hips and legs stay.
    """
    turned = clip.rotations.copy()
    turned[:, UPPER] = enlarged(turned[:, UPPER], middle_of(clip)[:, UPPER], size)
    return replace(clip, rotations=turned)


def paced(clip: Clip, speed: float, accent: float) -> Clip:
    """Return a dance at another tempo, its accents sharpened.

    Args:
        clip: The dance.
        speed: To come to, leg lengths per second, as far as the tempo goes.
        accent: See `Colour`.
    """
    own = features.joint_speed(clip) / LEG_LENGTH
    tempo = float(np.clip(speed / max(own.mean(), 1e-3), *TEMPO_RANGE))
    moving = gaussian_filter1d(own, ACCENT_SECONDS * clip.fps) / max(own.mean(), 1e-3)
    local = np.clip(np.maximum(moving, 1e-2) ** accent, SLOWEST, FASTEST)
    taken = np.concatenate([[0.0], np.cumsum(1.0 / local[:-1])])  # frames, at the old tempo
    length = (len(clip) - 1) / tempo
    wanted = np.arange(int(length) + 1) * taken[-1] / max(length, 1e-6)
    return _at(clip, np.interp(wanted, taken, np.arange(len(clip))))


def _at(clip: Clip, frames: Float[Array, "T"]) -> Clip:
    """Return a clip at times between its frames."""
    before = np.minimum(frames.astype(int), len(clip) - 2)
    part = frames - before
    hips = clip.hips[before] + part[:, None] * (clip.hips[before + 1] - clip.hips[before])
    turned = rotations.slerp(clip.rotations[before], clip.rotations[before + 1], part[:, None])
    return replace(clip, hips=hips, rotations=turned)


def posture(clip: Clip) -> tuple[Float[Array, "T"], Float[Array, "T"]]:
    """Return lean of the trunk and pitch of the head of every frame; see `posture_of`."""
    positions, world = kinematics.world_from_local(CANONICAL, clip.hips, clip.rotations)
    return posture_of(positions, world[:, HEAD])


def postured(clip: Clip, lean: float, head: float) -> Clip:
    """Return a dance with another posture, degrees in the median; see `Colour`."""
    for _ in range(2):  # the pelvis follows in part, so that once is not enough
        leant, bowed = posture(clip)
        nod = np.radians(head) - np.median(bowed) - _stiff(clip) * (bowed - np.median(bowed))
        clip = bowed_by(clip, float(np.radians(lean) - np.median(leant)), nod)
    return clip


def _stiff(clip: Clip) -> float:
    """Return the share of its trunk's nods that a head is to be spared: those it was not seen to.

    Recordings without a head let it go along with the chest, where people keep theirs level.
    """
    alone = clip.rotations[:, CANONICAL.indices("neck", "head")]
    return LEVEL_SHARE if float(np.ptp(alone, axis=0).max()) < 1e-3 else 0.0


def bowed_by(clip: Clip, lean: float, head: float | Float[Array, "T"]) -> Clip:
    """Bend trunk and head further forward; arms that hang keep hanging, feet stay.

    Args:
        clip: The dance.
        lean: Lean of the trunk, radians.
        head: Pitch of the head in the world, radians.
    """
    positions, world = kinematics.world_from_local(CANONICAL, clip.hips, clip.rotations)
    local = kinematics.local_from_world(CANONICAL, bowed(positions, world, lean, head))
    heading = kinematics.facing(positions)
    ahead = np.stack([np.sin(heading), 0.0 * heading, np.cos(heading)], axis=-1)
    hips = clip.hips - COUNTERWEIGHT * np.sin(lean) * ahead
    return _on_feet(clip, hips, local, positions[:, FEET])


def _on_feet(
    clip: Clip,
    hips: Float[Array, "T 3"],
    local: Float[Array, "T J 4"],
    ankles: Float[Array, "T 2 3"],
) -> Clip:
    """Return poses whose ankles are where they are wanted; hips sink where legs are too short."""
    positions = kinematics.world_positions(CANONICAL, hips, local)
    joints = positions[:, LEGS[:, 0]]
    away = ankles - joints
    flat = np.square(away[..., [0, 2]]).sum(-1)
    room = np.sqrt(np.maximum((STRAIGHTEST * LEG_LENGTH) ** 2 - flat, 0.01))
    sunk = np.minimum(0.0, (room + away[..., 1]).min(-1))
    sunk = np.minimum(sunk, -_softened(-sunk, clip.fps))
    hips = hips + sunk[:, None] * [0.0, 1.0, 0.0]
    positions = positions + sunk[:, None, None] * [0.0, 1.0, 0.0]
    move = ankles - positions[:, FEET]
    return replace(clip, hips=hips, rotations=reach_legs(move, (hips, local), positions))


def _softened(depth: Float[Array, "T"], fps: float) -> Float[Array, "T"]:
    """Return depths without corners."""
    return gaussian_filter1d(depth, 0.1 * fps)


def handed(clip: Clip, share: float) -> Clip:
    """Return a dance whose hands are above the shoulders for a share of the time.

    The nearer arms come to the shoulder's height, the more of it they are led: who raises them
    oftener lets them hang as before in between.
    """
    positions, world = kinematics.world_from_local(CANONICAL, clip.hips, clip.rotations)
    elevation = elevation_of(positions)
    led = np.clip(1.0 - elevation / ARM_RANGE[0], 0.0, 1.0)
    there = float(np.quantile(elevation, 1.0 - share))
    angle = -there / float(np.clip(1.0 - there / ARM_RANGE[0], 0.3, 1.0))
    angle = float(np.clip(angle, *np.radians([-65.0, 50.0])))
    local = kinematics.local_from_world(CANONICAL, raised(positions, world, angle * led))
    return replace(clip, rotations=local)


def spun(clip: Clip, turning: float, rng: np.random.Generator) -> Clip:
    """Return a dance that turns more, about a foot that stands while the other one is free.

    Args:
        clip: The dance.
        turning: Mean absolute yaw rate of the hips to come to, radians per second.
        rng: Draws when it turns and to which side.
    """
    positions = clip.world_positions()
    heading = np.unwrap(kinematics.facing(positions))
    own = uniform_filter1d(np.gradient(heading) * clip.fps, round(0.5 * clip.fps))
    side = _wave(len(clip) / clip.fps, clip.fps, SPIN_SECONDS, rng)
    freedom, pivot = _pivot(positions, clip.fps)
    more = max(0.0, turning - float(np.abs(own).mean()))
    way = np.tanh(3.0 * side + 2.0 * own)
    added = np.clip(
        freedom * way * more / max(float(np.abs(freedom * way).mean()), 0.2), *SPIN_RANGE
    )
    added = gaussian_filter1d(added, 0.1 * clip.fps) / clip.fps
    return _turned(clip, added, pivot)


def _pivot(
    positions: Float[Array, "T J 3"], fps: float
) -> tuple[Float[Array, "T"], Float[Array, "T 3"]]:
    """Return how freely each frame may be turned, in [0, 1], and about which point."""
    stands = kinematics.contacts(positions, fps).reshape(len(positions), 2, 2).any(-1)
    weight = gaussian_filter1d(stands.astype(float), 0.05 * fps, axis=0)
    freedom = 1.0 - 0.85 * weight.min(-1)
    share = (weight + 1e-3) / (weight + 1e-3).sum(-1, keepdims=True)
    return freedom, (share[..., None] * positions[:, FEET]).sum(1)


def _turned(clip: Clip, added: Float[Array, "T"], pivot: Float[Array, "T 3"]) -> Clip:
    """Turn a dance on by some angle in every frame, about a point that stands."""
    turn = np.cumsum(added)
    about = rotations.about_y(turn)
    step = np.diff(clip.hips, axis=0)
    arm = rotations.rotate(about[1:], clip.hips[1:] - pivot[1:])
    swung = rotations.cross(np.array([0.0, 1.0, 0.0]), arm) * added[1:, None]
    moved = rotations.rotate(about[1:], step) + swung
    hips = clip.hips.copy()
    hips[1:, [0, 2]] = hips[0, [0, 2]] + np.cumsum(moved, axis=0)[:, [0, 2]]
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(about, turned[:, 0])
    return replace(clip, hips=hips, rotations=turned)


def _wave(
    seconds: float, fps: float, periods: tuple[float, ...], rng: np.random.Generator
) -> Float[Array, "T"]:
    """Return a slow wave of about unit standard deviation."""
    at = np.arange(round(seconds * fps)) / fps
    turns = at[:, None] / np.array(periods) + rng.random(len(periods))
    result: Array = np.sin(2 * np.pi * turns).sum(-1) * np.sqrt(2.0 / len(periods))
    return result


def level_of(clip: Clip, colour: Colour, rng: np.random.Generator) -> Float[Array, "T"]:
    """Return by how much the hips are lowered in every frame, leg lengths."""
    wave = _wave(len(clip) / clip.fps, clip.fps, LEVEL_SECONDS, rng)
    missing = np.sqrt(max(0.0, colour.swing**2 - float(clip.hips[:, 1].std() / LEG_LENGTH) ** 2))
    low = max(colour.low, SINKS * colour.swing)
    lowered = low + missing * wave
    # Nobody stands higher than on straight legs, nor sits down: what would be higher counts as 0,
    # and with what that adds the whole comes to more than the colour says, so it is taken off.
    for _ in range(LEVEL_ROUNDS):
        sunk = LOWEST * np.tanh(np.logaddexp(0.0, SOFT * lowered) / (SOFT * LOWEST))
        lowered = lowered + low - sunk.mean()
    return sunk - (low - colour.low)


def levelled(clip: Clip, spread: float, lowered: Float[Array, "T"]) -> Clip:
    """Return a dance nearer to the floor and wider or narrower over it; feet stand as they did.

    Args:
        clip: The dance.
        spread: Factor for every path over the floor; 1 leaves it as it is.
        lowered: Distance by which the hips sink, leg lengths, (T,).
    """
    wide = np.array([spread, 1.0, spread])
    start = clip.hips[0] * [1.0, 0.0, 1.0]
    ankles = (clip.world_positions()[:, FEET] - start) * wide + start
    hips = (clip.hips - start) * wide + start - lowered[:, None] * LEG_LENGTH * [0.0, 1.0, 0.0]
    return _on_feet(clip, hips, clip.rotations, ankles)
