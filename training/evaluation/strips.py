"""A blind test: strips of generated and real motion, their names hidden, drawn by a seed.

A reader sees pictures and a list of emotions and names each picture. Real clips among them are the
control: what nobody can read in those, nobody need read in a model.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from motion.clip import Clip
from motion.errors import BhavaError
from motion.model.engine import Engine
from training.corpus.contents import content_of
from training.corpus.trimming import active
from training.evaluation.probes import SETTLE_SECONDS, HeldOutClips, whole_rollouts
from training.evaluation.progress import Progress
from training.evaluation.rollouts import ConditionChange, ModelSource, RolloutSpec

Array = np.ndarray

STRIP_SECONDS = 4.0
ROLLOUT_SECONDS = 20.0
"""Seconds of a rollout, after it has settled, of which a strip shows some."""

SHORTEST_SECONDS = 2.0
"""A real clip below it is not shown."""

REAL = "real"

INSTRUCTIONS = """\
Each picture shows one figure for a few seconds: eight poses from the front above, the same poses
from its left side below (it faces left there), and a plan of the floor with its way, the poses
numbered, arrows where it faces. Every figure is turned to the viewer; the plan tells its turns.
Name the emotion of each picture, one of:

{names}

Write the names into a file answers-READER.csv with the columns strip,answer, or run

    bhava name {folder} --reader READER
"""


@dataclass(frozen=True, eq=False)
class Strip:
    """One picture of the test.

    Attributes:
        source: Name of the model, or `REAL`.
        emotion: The emotion that the model was asked for, or that a real clip bears.
        clip: The motion that is drawn.
    """

    source: str
    emotion: str
    clip: Clip


@dataclass(frozen=True)
class Truth:
    """What a key file says of one strip."""

    source: str
    emotion: str
    origin: str


def draw_strips(
    candidates: Mapping[str, Mapping[str, Sequence[Clip]]], each: int, seed: int
) -> list[Strip]:
    """Draw stretches of 4 s, as many of every emotion and source, in a random order.

    Args:
        candidates: Clips by source and emotion.
        each: Number of strips for each source and emotion.
        seed: Random seed of clips, stretches and order.

    Raises:
        BhavaError: If a source has no clip of 2 s or more of one of its emotions.
    """
    rng = np.random.default_rng(seed)
    strips = []
    for source, by_emotion in candidates.items():
        for emotion, clips in by_emotion.items():
            usable = [clip for clip in clips if clip.seconds >= SHORTEST_SECONDS]
            if not usable:
                raise BhavaError(
                    f"{source}, {emotion}: expected clips of {SHORTEST_SECONDS:g} s or more, "
                    f"got {len(clips)} clips, none as long"
                )
            order = [usable[i] for i in rng.permutation(len(usable))]
            picked = [order[number % len(order)] for number in range(each)]
            strips += [Strip(source, emotion, _stretch(clip, rng)) for clip in picked]
    return [strips[i] for i in rng.permutation(len(strips))]


def _stretch(clip: Clip, rng: np.random.Generator) -> Clip:
    length = min(round(STRIP_SECONDS * clip.fps), len(clip))
    start = int(rng.integers(len(clip) - length + 1))
    return clip[start : start + length]


def write_strips(
    strips: Sequence[Strip],
    labels: Sequence[str],
    picture: Callable[[Clip], UInt8[Array, "H W 3"]],
    folder: Path,
    key: Path,
) -> None:
    """Write pictures and instructions into a folder, and the key elsewhere.

    Args:
        strips: In the order of their numbers.
        labels: The emotions to choose from.
        picture: Draws a clip.
        folder: New or empty folder for what a reader may see.
        key: New file, outside the folder.

    Raises:
        BhavaError: If the folder is in use, or the key exists or would lie beside the pictures.
    """
    import cv2

    if folder.exists() and any(folder.iterdir()):
        raise BhavaError(f"{folder}: expected a new or empty folder, got one with files")
    if key.exists() or folder.resolve() in key.resolve().parents:
        raise BhavaError(f"{key}: expected a new file outside {folder} for the key")
    folder.mkdir(parents=True, exist_ok=True)
    for number, strip in enumerate(strips, 1):
        cv2.imwrite(str(folder / f"{_name(number)}.png"), picture(strip.clip)[..., ::-1])
    names = "\n".join(labels)
    (folder / "README.txt").write_text(INSTRUCTIONS.format(names=names, folder=folder))
    (folder / "emotions.json").write_text(json.dumps(list(labels)))
    truths = {
        _name(number): asdict(Truth(strip.source, strip.emotion, strip.clip.name))
        for number, strip in enumerate(strips, 1)
    }
    key.parent.mkdir(parents=True, exist_ok=True)
    key.write_text(json.dumps(truths, indent=1) + "\n")


def _name(number: int) -> str:
    return f"strip-{number:03d}"


def read_key(path: Path) -> dict[str, Truth]:
    """Read the key of a test, the truth by strip.

    Raises:
        BhavaError: If the file is absent or no key.
    """
    try:
        return {strip: Truth(**truth) for strip, truth in json.loads(path.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BhavaError(f"{path}: expected the key of a test, got {error!r}") from error


def draw_blind_test(
    engines: Sequence[Engine],
    clips: Sequence[Clip],
    held_out: HeldOutClips,
    each: int,
    seed: int,
    progress: Progress,
    content: str = "",
) -> list[Strip]:
    """Draw strips of models of the same emotions and of real clips.

    Args:
        engines: The models, at least one.
        clips: A corpus; its clips of the models' emotions are the control.
        held_out: The clips that models go on from.
        each: Number of strips for each emotion of each model, and of real clips.
        seed: Random seed of rollouts and of what is drawn from them.
        progress: Takes how it goes on.
        content: What models are asked to dance, their usual content if empty. Real clips are of it
            where they bear the emotion, else of any content.

    Raises:
        BhavaError: If models have different emotions or one name, or an emotion lacks clips.
    """
    labels = engines[0].contract.emotions
    candidates = {REAL: {label: _real_candidates(clips, label, content) for label in labels}}
    for engine in engines:
        contract = engine.contract
        if contract.name in candidates or contract.emotions != labels:
            raise BhavaError(
                f"{contract.name}: expected models of different names and the emotions "
                f"{list(labels)}, got {list(contract.emotions)}"
            )
        progress.begin(contract.name, len(labels) * each * _rollout_frames(held_out))
        candidates[contract.name] = _generated_candidates(
            ModelSource(engine, content), held_out, each, seed, progress.advance
        )
    return draw_strips(candidates, each, seed)


def _real_candidates(clips: Sequence[Clip], label: str, content: str) -> list[Clip]:
    """Return the real clips of an emotion, without idle heads and tails."""
    bearing = [active(clip) for clip in clips if clip.labels.get("emotion") == label]
    of_content = [clip for clip in bearing if content_of(clip.labels) == content]
    return [clip for clip in of_content if clip.seconds >= SHORTEST_SECONDS] or bearing


def _generated_candidates(
    source: ModelSource, held_out: HeldOutClips, each: int, seed: int, tick: Callable[[int], None]
) -> dict[str, list[Clip]]:
    """Return rollouts in every emotion, from contexts of other emotions, once they have settled."""
    labels = source.emotions
    specs = [
        RolloutSpec(
            held_out.context_of_another(emotion, number),
            seed + number,
            (ConditionChange(0, held_out.weights_of(emotion)),),
        )
        for emotion in range(len(labels))
        for number in range(each)
    ]
    danced = whole_rollouts(source, specs, _rollout_frames(held_out), tick)
    clips = [clip[held_out.frame_count(SETTLE_SECONDS) :] for clip, _ in danced]
    return {label: clips[i * each : (i + 1) * each] for i, label in enumerate(labels)}


def _rollout_frames(held_out: HeldOutClips) -> int:
    return held_out.frame_count(SETTLE_SECONDS + ROLLOUT_SECONDS)
