"""A corpus: a folder of clips on one skeleton at 30 fps, with an index.

CORPUS/
├── index.json     schema version, the skeleton where it is not the canonical one, and per clip:
│                  name, file, source, labels, frames, seconds
└── clips/*.npz    what `Clip.save` writes
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from motion.clip import Clip
from motion.errors import MotionFileError
from motion.formats.clip_files import read_clip
from motion.skeleton import CANONICAL, Skeleton

FPS = 30.0
"""Frames per second of every clip of a corpus, and so of every model."""

SCHEMA = 1

INDEX = "index.json"


@dataclass(frozen=True)
class Entry:
    """A clip in the index.

    Attributes:
        name: Unique name of the clip.
        file: Its file below the corpus folder.
        source: Where it was read from.
        stamp: Changes when the source changes.
        labels: Labels of the clip.
        frames: Number of frames.
        seconds: Duration.
        clips: How many clips its source holds.
    """

    name: str
    file: str
    source: str
    stamp: str
    labels: dict[str, str]
    frames: int
    seconds: float
    clips: int = 1


def write_index(folder: Path, entries: Sequence[Entry], skeleton: Skeleton = CANONICAL) -> None:
    """Write the index, whole or not at all."""
    own = {} if skeleton is CANONICAL else {"skeleton": skeleton.to_dict()}
    content = {"schema": SCHEMA, **own, "clips": [asdict(entry) for entry in entries]}
    draft = folder / f"{INDEX}.tmp"
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    draft.replace(folder / INDEX)


def read_index(folder: Path) -> list[Entry]:
    """Read the index of a corpus.

    Raises:
        MotionFileError: If there is none, or it is damaged or of another schema.
    """
    return _read(folder)[0]


def read_skeleton(folder: Path) -> Skeleton:
    """Read which skeleton the clips of a corpus have; see `read_index`."""
    return _read(folder)[1]


def _read(folder: Path) -> tuple[list[Entry], Skeleton]:
    path = folder / INDEX
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise MotionFileError(f"{path}: expected schema {SCHEMA}, got {content['schema']}")
        own = content.get("skeleton")
        skeleton = Skeleton.from_dict(own) if own else CANONICAL
        return [Entry(**entry) for entry in content["clips"]], skeleton
    except FileNotFoundError as error:
        raise MotionFileError(
            f"{folder}: expected a corpus, got no {INDEX}: run `bhava prepare` first"
        ) from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise MotionFileError(f"{path}: expected the index of a corpus, got {error!r}") from error


def load_corpus(folder: Path) -> list[Clip]:
    """Return all clips of a corpus.

    Raises:
        MotionFileError: If the corpus is absent, damaged, of another schema or empty.
    """
    entries, skeleton = _read(folder)
    if not entries:
        raise MotionFileError(f"{folder}: expected clips in the corpus, got none")
    return [read_clip(folder / entry.file, skeleton) for entry in entries]


def split_held_out(clips: Sequence[Clip], share: float = 0.1) -> tuple[list[Clip], list[Clip]]:
    """Split into clips to train on and clips held out, by group and evenly over emotions.

    Depends on names only: the same clips split alike on every machine and in every order.

    Args:
        clips: Clips with a `group` label; those without stand alone.
        share: Share of the groups of each emotion to hold out, in [0, 1]; an emotion of two
            groups or more gives at least one if the share is above 0.

    Returns:
        The training clips and the held-out clips, in the given order.
    """
    groups_by_emotion: dict[str, set[str]] = defaultdict(set)
    for clip in clips:
        groups_by_emotion[clip.labels.get("emotion", "")].add(group_of(clip))
    held_out: set[str] = set()
    for groups in groups_by_emotion.values():
        ordered = sorted(groups, key=_hash)
        least = 1 if share > 0.0 and len(ordered) > 1 else 0
        held_out.update(ordered[: max(least, round(share * len(ordered)))])
    train = [clip for clip in clips if group_of(clip) not in held_out]
    return train, [clip for clip in clips if group_of(clip) in held_out]


def group_of(clip: Clip) -> str:
    """Return the group of a clip: clips of one group belong on one side of a split."""
    return clip.labels.get("group", clip.name)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
