"""Duets: clips that were danced together, and duets that the choreographer makes.

Clips of one `piece` were danced together, frame by frame and in one space, each by another
`dancer`. Whoever has the `role` "lead" is there to be seen, and heeds nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from motion import rotations
from motion.choreography import EMOTIONS, Cue, choreography, tempo_range
from motion.clip import Clip
from motion.errors import MotionFileError
from motion.skeleton import CANONICAL
from training.corpus.choreographed import ENERGY_RANGE, SECONDS
from training.corpus.corpus import FPS

Array = np.ndarray

DATASET = "duets"

REACTION_SECONDS = (0.2, 0.5)
"""After which the choreographer's followers do what they see, as people do."""

CANON_BEATS = (1.0, 2.0, 4.0)
"""After which they do it in a canon."""

FARTHEST = 2.5
"""Metres between two dancers; some share one place, as a figure and its mirror image do."""

UPPER = CANONICAL.indices("spine", "chest", "neck", "head") + [
    joint
    for side in ("left", "right")
    for joint in CANONICAL.indices(f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand")
]

MIDDLE_SECONDS = 1.5
"""Standard deviation of the smoothing that tells about which pose a dancer moves."""


def others_of(clips: Sequence[Clip]) -> dict[str, list[Clip]]:
    """Return who else dances, by the name of each clip of a piece; nobody for leads.

    Raises:
        MotionFileError: If a piece has one dancer alone, or dancers that differ in length or rate.
    """
    pieces: dict[str, list[Clip]] = defaultdict(list)
    for clip in clips:
        if piece := clip.labels.get("piece"):
            pieces[piece].append(clip)
    for piece, dancers in pieces.items():
        got = ", ".join(f"{d.name} of {len(d)} frames at {d.fps:g} a second" for d in dancers)
        if len(dancers) < 2:
            raise MotionFileError(f"{piece}: expected at least 2 dancers, got only {got}")
        if len({(len(clip), clip.fps) for clip in dancers}) > 1:
            raise MotionFileError(f"{piece}: expected dancers of one length and rate, got {got}")
    return {
        clip.name: [d for d in dancers if d is not clip and clip.labels.get("role") != "lead"]
        for dancers in pieces.values()
        for clip in dancers
    }


def opposite(clip: Clip) -> Clip:
    """Return the motion whose trunk and arms move the other way about the same middle."""
    turned = clip.rotations.copy()
    upper = turned[:, UPPER]
    flips = np.sign(np.sum(upper[1:] * upper[:-1], -1, keepdims=True))
    upper[1:] *= np.cumprod(np.where(flips == 0, 1.0, flips), axis=0)
    middle = rotations.normalise(gaussian_filter1d(upper, MIDDLE_SECONDS * clip.fps, axis=0))
    away = rotations.multiply(rotations.inverse(middle), upper)
    turned[:, UPPER] = rotations.multiply(middle, rotations.inverse(away))
    return replace(clip, rotations=turned)


RELATIONS: dict[str, Callable[[Clip], Clip]] = {
    "same": lambda clip: clip,
    "mirrored": Clip.mirrored,
    "opposite": opposite,
    "canon": lambda clip: clip,
}
"""What a follower makes of the lead's motion."""


def choreographed_duets(minutes: float, seed: int) -> list[Clip]:
    """Return duets of a lead, and a follower who does what it sees, all relations alike.

    Args:
        minutes: Their total duration, rounded up to whole duets.
        seed: Random seed of all choices; the same seed gives the same duets.

    Returns:
        Clips of 30 s, two for each duet, with labels `dataset` "duets", `content` "dance",
        `emotion`, `relation`, `piece`, `dancer`, `role` and `group`.
    """
    count = int(np.ceil(minutes * 60.0 / SECONDS))
    return [clip for number in range(count) for clip in _duet(number, seed)]


def _duet(number: int, seed: int) -> tuple[Clip, Clip]:
    rng = np.random.default_rng([seed, number, 2])
    relation = list(RELATIONS)[number % len(RELATIONS)]
    emotion = EMOTIONS[int(rng.integers(len(EMOTIONS)))]
    energy = float(np.exp(rng.uniform(*np.log(ENERGY_RANGE))))
    tempo, dance = float(rng.uniform(*tempo_range(emotion))), int(rng.integers(2**31))
    beats = max(CANON_BEATS) + np.arange(round(SECONDS * FPS)) / FPS * tempo / 60.0
    late = rng.uniform(*REACTION_SECONDS) * tempo / 60.0
    if relation == "canon":
        late = rng.choice(CANON_BEATS)
    piece = f"duet_{seed}_{number:04d}_{relation}"
    labels = {"dataset": DATASET, "content": "dance", "emotion": emotion, "relation": relation}
    labels |= {"piece": piece, "group": piece}

    def danced(role: str, at: Array, energy: float) -> Clip:
        hips, turned = choreography(at, dance, (Cue.from_emotion({emotion: 1.0}, energy),))
        own = {**labels, "dancer": role, "role": role}
        return Clip(f"{piece}_{role}", FPS, hips, turned, own)

    lead = danced("lead", beats, energy)
    follower = RELATIONS[relation](
        danced("follower", beats - late, energy * float(np.exp(rng.uniform(-0.2, 0.2))))
    )
    return lead, _placed(follower, *rng.uniform([0, 0, -np.pi], [FARTHEST, 2 * np.pi, np.pi]))


def _placed(clip: Clip, distance: float, direction: float, facing: float) -> Clip:
    """Return a clip turned about the origin and moved away from it."""
    turn = rotations.about_y(np.array(facing))
    away = distance * np.array([np.sin(direction), 0.0, np.cos(direction)])
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(turn, turned[:, 0])
    return replace(clip, hips=rotations.rotate(turn, clip.hips) + away, rotations=turned)
