"""Readers of a blind test: what they answer, and how well they name generated and real motion."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motion.errors import BhavaError
from training.evaluation.markdown import table, with_interval
from training.evaluation.scores import Estimate, drawn
from training.evaluation.strips import Truth

STRONG = frozenset({"angry", "happy", "excited"})
SOFT = frozenset({"sad", "afraid", "tired"})
MERGED = {"excited": "happy"}
"""Emotions that people confuse in real clips, too; they may count as one."""


def ask_reader(folder: Path, reader: str, ask: Callable[[str, Sequence[str]], str]) -> Path:
    """Ask a reader for every strip that they have not named yet; return the file of answers.

    Each answer is written at once, so that a pause loses none.

    Args:
        folder: Written by `write_strips`.
        reader: Names the file of answers.
        ask: Takes the name of a strip and the emotions, returns one of them; asked again otherwise.

    Raises:
        BhavaError: If the folder holds no strips.
    """
    labels, path = _labels(folder), folder / f"answers-{reader}.csv"
    answers = read_answers(path, labels) if path.exists() else {}
    for strip in _strips_in(folder):
        while strip not in answers:
            answer = ask(strip, labels).strip().lower()
            if answer in labels:
                answers[strip] = answer
                _write_answers(path, answers)
    return path


def _strips_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("strip-*.png"))


def _labels(folder: Path) -> list[str]:
    try:
        return list(json.loads((folder / "emotions.json").read_text()))
    except (OSError, ValueError) as error:
        raise BhavaError(f"{folder}: expected strips that bhava drew, got {error!r}") from error


def _write_answers(path: Path, answers: Mapping[str, str]) -> None:
    draft = path.with_suffix(".tmp")
    with draft.open("w", newline="") as file:
        csv.writer(file).writerows([("strip", "answer"), *sorted(answers.items())])
    draft.replace(path)


def read_answers(path: Path, labels: Sequence[str]) -> dict[str, str]:
    """Read a reader's answers, emotion by strip.

    Raises:
        BhavaError: If the file is no such table or an answer is none of the emotions.
    """
    try:
        with path.open(newline="") as file:
            rows = [
                (row["strip"].strip(), row["answer"].strip().lower())
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, AttributeError, UnicodeDecodeError, csv.Error) as error:
        raise BhavaError(f"{path}: expected columns strip,answer, got {error!r}") from error
    for strip, answer in rows:
        if answer not in labels:
            raise BhavaError(f"{path}: {strip}: expected one of {list(labels)}, got {answer!r}")
    return dict(rows)


def read_answer_files(folder: Path) -> dict[str, dict[str, str]]:
    """Return the answers of all readers in a folder of strips, by reader.

    Raises:
        BhavaError: If there are none, or a file is no table of answers.
    """
    labels = _labels(folder)
    found = {
        path.stem.removeprefix("answers-"): read_answers(path, labels)
        for path in sorted(folder.glob("answers-*.csv"))
    }
    if not found:
        raise BhavaError(f"{folder}: expected files answers-READER.csv, got none")
    return found


@dataclass(frozen=True)
class NamingScore:
    """How well the strips of one source were named.

    Attributes:
        source: Name of the model, or `REAL`.
        answers: Number of answers, over all readers.
        named: Share that bears the right name.
        merged: The same, happy and excited taken for one.
        strength: Share of strong and soft emotions that are told apart, whatever their names.
        weak_as_other: Number of sad and tired strips that were named neutral or proud.
        confusions: Wrong names with their numbers, by emotion.
    """

    source: str
    answers: int
    named: Estimate
    merged: Estimate
    strength: Estimate
    weak_as_other: int
    confusions: Mapping[str, Mapping[str, int]]


def score_readers(
    key: Mapping[str, Truth], readers: Mapping[str, Mapping[str, str]]
) -> list[NamingScore]:
    """Score the answers of readers, source by source; strips that nobody named do not count.

    Intervals come from drawing strips again: readers of one strip are no independent witnesses.

    Args:
        key: The truth by strip.
        readers: Answers by strip, by reader.

    Raises:
        BhavaError: If a reader named a strip that the key does not know.
    """
    for reader, answers in readers.items():
        if unknown := sorted(set(answers) - set(key)):
            raise BhavaError(f"{reader}: expected strips of the key, got {unknown[0]}")
    sources = dict.fromkeys(truth.source for truth in key.values())
    return [_score(source, key, list(readers.values())) for source in sources]


def _score(
    source: str, key: Mapping[str, Truth], readers: Sequence[Mapping[str, str]]
) -> NamingScore:
    named = {
        strip: (truth.emotion, [answers[strip] for answers in readers if strip in answers])
        for strip, truth in key.items()
        if truth.source == source
    }
    pairs = [(emotion, answer) for emotion, answers in named.values() for answer in answers]
    confusions: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for emotion, answer in pairs:
        if emotion != answer:
            confusions[emotion][answer] += 1
    return NamingScore(
        source,
        len(pairs),
        _share(named.values(), lambda emotion, answer: emotion == answer),
        _share(named.values(), lambda a, b: MERGED.get(a, a) == MERGED.get(b, b)),
        _share(
            [one for one in named.values() if one[0] in STRONG | SOFT],
            lambda a, b: b in (STRONG if a in STRONG else SOFT),
        ),
        sum(a in ("sad", "tired") and b in ("neutral", "proud") for a, b in pairs),
        {emotion: dict(wrong) for emotion, wrong in confusions.items()},
    )


def _share(
    named: Iterable[tuple[str, Sequence[str]]], right: Callable[[str, str], bool]
) -> Estimate:
    """Return the mean over strips of the share of their answers that are right."""
    shares = [
        float(np.mean([right(emotion, answer) for answer in answers]))
        for emotion, answers in named
        if answers
    ]
    return drawn(shares, np.mean)


def naming_table(scores: Sequence[NamingScore]) -> str:
    """Return scores as Markdown."""
    head = ["source", "answers", "named", "happy = excited", "strong or soft"]
    rows = [
        [
            one.source,
            str(one.answers),
            *map(with_interval, (one.named, one.merged, one.strength)),
            str(one.weak_as_other),
            _told(one.confusions),
        ]
        for one in scores
    ]
    return table([*head, "sad, tired as neutral, proud", "mistaken for"], rows)


def _told(confusions: Mapping[str, Mapping[str, int]]) -> str:
    wrong = [
        f"{emotion}: " + ", ".join(f"{count} {name}" for name, count in names.items())
        for emotion, names in confusions.items()
    ]
    return "; ".join(wrong) or "-"
