"""A labelled corpus of dance in every emotion, made by the choreographer: as long as one likes."""

import numpy as np

from motion.choreography import EMOTIONS, Cue, danced, tempo_range
from motion.choreography.colouring import levelled, spun
from motion.choreography.colours import COLOURS
from motion.clip import Clip
from training.corpus.corpus import FPS

Array = np.ndarray

DATASET = "choreography"

SECONDS = 30.0
"""Duration of a clip: seven to eight phrases."""

ENERGY_RANGE = (0.7, 1.4)

RISES = {
    "neutral": 0.04,
    "happy": 0.04,
    "sad": 0.10,
    "angry": 0.07,
    "proud": 0.01,
    "afraid": 0.10,
    "tired": 0.09,
    "excited": 0.04,
}
"""Leg lengths by which hips are raised: the choreographer bends knees by up to 69 degrees in the
mean, people who dance by 35."""


def choreographed_clips(minutes: float, seed: int) -> list[Clip]:
    """Return clips of dance, all emotions alike, at varied tempo and energy.

    Args:
        minutes: Their total duration, rounded up to whole clips.
        seed: Random seed of all choices; the same seed gives the same clips, and a longer
            corpus begins with the clips of a shorter one.

    Returns:
        Clips of 30 s with labels `dataset` "choreography", `content` "dance", `emotion`, `energy`,
        `beats_per_minute` and a `group` of their own.
    """
    count = int(np.ceil(minutes * 60.0 / SECONDS))
    return [_clip(number, seed) for number in range(count)]


def _clip(number: int, seed: int) -> Clip:
    emotion = EMOTIONS[number % len(EMOTIONS)]
    rng = np.random.default_rng([seed, number])
    energy = float(np.exp(rng.uniform(*np.log(ENERGY_RANGE))))
    tempo = float(rng.uniform(*tempo_range(emotion)))
    name = f"choreography_{seed}_{number:04d}_{emotion}"
    score = (Cue.from_emotion({emotion: 1.0}, energy),)
    clip = danced(SECONDS, int(rng.integers(2**31)), score, tempo, FPS, name)
    clip = spun(clip, COLOURS[emotion].turning, rng)
    clip = levelled(clip, 1.0, np.full(len(clip), -RISES[emotion]))
    clip.labels.update(
        dataset=DATASET,
        content="dance",
        emotion=emotion,
        energy=f"{energy:.2f}",
        beats_per_minute=f"{tempo:.0f}",
        group=name,
    )
    return clip
