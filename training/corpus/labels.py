"""What is known of a recording, from its path and the descriptions beside it."""

import csv
import io
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from motion.formats.amass import IGNORED
from motion.formats.file_kind import Kind

EMOTION_BY_STYLE = {
    "normal": "neutral",
    "happy": "happy",
    "sad": "sad",
    "angry": "angry",
    "proud": "proud",
    "not-confident": "afraid",
    "tired": "tired",
    "exhausted": "tired",
    "active": "excited",
    "elated": "happy",
}
"""Emotion of an acted style; styles that are not listed show none."""

Descriptions = Mapping[tuple[int, int], str]
"""Description of a CMU recording by subject and trial."""


def parse_descriptions(text: str) -> dict[tuple[int, int], str]:
    """Read the CMU index: a CSV with columns `Subject`, `Trial #` and `Motion Description`.

    Any other CSV gives no descriptions.
    """
    rows = csv.DictReader(io.StringIO(text.replace("\0", "")))
    columns = ("Subject", "Trial #", "Motion Description")
    keyed = (tuple(str(row.get(column) or "") for column in columns) for row in rows)
    return {
        (int(subject), int(trial)): description
        for subject, trial, description in keyed
        if description and subject.isdigit() and trial.isdigit()
    }


def labels_of(path: str, kind: Kind, descriptions: Descriptions) -> dict[str, str]:
    """Return the labels that a recording's path tells.

    Args:
        path: Path of the recording in its folder or archive.
        kind: What it is by its content.
        descriptions: CMU descriptions that lie beside it.

    Returns:
        `dataset` and `group` always (clips of one group belong on one side of a split); where
        known also `content`, `style`, `emotion` and `description`. Of clips that were danced
        together, files PIECE_dancerNAME, `piece` and `dancer`.
    """
    if kind == "amass":
        return _amass_labels(PurePosixPath(path))
    if kind == "humanml":
        # A mirror image, named M…, is of its original's group.
        group = f"humanml3d_{PurePosixPath(path).stem.removeprefix('M')}"
        return {"dataset": "humanml3d", "group": group}
    stem = PurePosixPath(path).stem
    if bandai := re.fullmatch(r"(dataset-[12])_([a-z-]+)_([a-z-]+)_(\d+)", stem):
        return _bandai_labels(*bandai.groups())
    if cmu := re.fullmatch(r"(\d{2,3})_(\d{2})", stem):
        return _cmu_labels(int(cmu[1]), int(cmu[2]), descriptions)
    if kit := re.fullmatch(r"(\d{5})_mmm", stem):
        return {"dataset": "kit", "group": f"kit_{kit[1]}"}
    folder = PurePosixPath(path).parent.name
    if folder == "perfume":
        # Three dancers of one choreography: unseen steps, not unseen dancers, are held out.
        return {"dataset": "perfume", "content": "dance", **_piece_labels("perfume", stem)}
    if piece := re.fullmatch(r"(.+)_dancer-?([A-Za-z0-9]+)", stem):
        return {
            "dataset": folder or "unknown",
            "content": "dance",
            **({"description": "salsa"} if stem.startswith("salsa") else {}),
            **_piece_labels(*piece.groups()),
        }
    return {"dataset": folder or "unknown", **_LABELS_IN.get(folder, _nothing)(stem), "group": stem}


def _nothing(stem: str) -> dict[str, str]:
    del stem
    return {}


def _g1_labels(stem: str) -> dict[str, str]:
    """Return content and caption: the style in the name, as in `J_Dance4_Broadway`."""
    name = re.sub(r"^[A-Z]_|\d+", "", stem)
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    if "Dance" in words:
        style = [word for word in words if word not in ("Dance", "Short")]
        return {"content": "dance", "description": " ".join([*style, "dance"]).lower()}
    if "Karate" in words or stem.startswith("M_") or "Chop" in words:
        return {"content": "karate", "description": "karate"}
    return {"content": "fence" if "Fence" in words else " ".join(words).lower()}


def _indian_or_martial_labels(stem: str) -> dict[str, str]:
    if stem.startswith("indian_"):
        return {"content": "dance", "description": "Indian classical dance"}
    return {"content": "martial arts"}


def _style100_labels(stem: str) -> dict[str, str]:
    """Return those of a walk in the style of its name; who is rushed shows no emotion."""
    emotion = EMOTION_BY_STYLE.get(stem)
    return {"content": "walk", "style": stem, **({"emotion": emotion} if emotion else {})}


_LABELS_IN = {
    "g1-moves": _g1_labels,
    "cmu-indian-martial": _indian_or_martial_labels,
    "style100-emotions": _style100_labels,
}
"""Of data sets that name their files in a way of their own, by folder."""


def labels_beside(path: Path, kind: Kind) -> dict[str, str]:
    """Return what `texts/` beside a file of HumanML3D tells: its first description and verb."""
    text = path.parent.parent / "texts" / f"{path.stem}.txt"
    if not (kind == "humanml" and text.is_file()):
        return {}
    line = next(iter(text.read_text(encoding="utf-8", errors="replace").splitlines()), "")
    description, _, words = line.partition("#")
    verb = re.search(r"(\w+)/VERB", words)
    return {"description": description} | ({"content": verb[1].lower()} if verb else {})


def _amass_labels(path: PurePosixPath) -> dict[str, str]:
    """Return what SET/SUBJECT/NAME_poses.npz tells; a subject is on one side of a split."""
    description = re.sub(r"_(poses|stageii)$", "", path.stem)
    words = re.findall(r"[a-z]{2,}", description.lower())
    labels = {"dataset": "amass", "group": "_".join(("amass", *path.parts[-3:-1]))}
    labels |= {"ignored": IGNORED, "description": description}
    return labels | ({"content": " ".join(words)} if words else {})


def _piece_labels(piece: str, dancer: str) -> dict[str, str]:
    return {"piece": piece, "dancer": dancer, "group": piece}


def _bandai_labels(dataset: str, content: str, style: str, take: str) -> dict[str, str]:
    labels = {
        "dataset": f"bandai-namco-{dataset[-1]}",
        "content": content,
        "style": style,
        "group": f"{dataset}_{content}_{style}_{take}",
    }
    if style in EMOTION_BY_STYLE:
        labels["emotion"] = EMOTION_BY_STYLE[style]
    return labels


def _cmu_labels(subject: int, trial: int, descriptions: Descriptions) -> dict[str, str]:
    labels = {"dataset": "cmu", "group": f"cmu_{subject:03d}_{trial:02d}"}
    if description := descriptions.get((subject, trial)):
        labels["description"] = description
        labels["content"] = re.split(r" - |,", description)[0].strip().lower()
    return labels
