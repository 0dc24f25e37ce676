"""Who wears which markers, where a file holds several people or things.

Studios put the subject before the name: `Anna:LFHD`, `Anna_LFHD` or `Anna LFHD`. Where the same
name comes twice without one, markers that stay near each other are one's.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motion.errors import MotionFileError
from motion.markers.marker_fit import places_on_body
from motion.markers.marker_placement import places_of
from motion.markers.markers import Markers

Array = np.ndarray


def subjects_of(markers: Markers) -> list[Markers]:
    """Return the markers of each person; with the subject's name where there are several.

    Raises:
        MotionFileError: If nobody wears markers on all parts that are needed.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, label in enumerate(markers.labels):
        groups[_subject(label)].append(index)
    parts = [part for name, own in groups.items() for part in _apart(markers, name, own)]
    people, failures = [], []
    for name, own in parts:
        one = replace(
            markers,
            labels=tuple(_plain(markers.labels[index]) for index in own),
            positions=markers.positions[:, own],
        )
        try:
            places_on_body(one)
        except MotionFileError as error:
            failures.append(error)
        else:
            people.append((name, one))
    if not people:
        places_on_body(markers)  # tells what is missing of all together
        raise failures[0]
    if len(people) == 1:
        return [people[0][1]]
    return [replace(one, subject=name) for name, one in people]


def _split(label: str) -> tuple[str, str]:
    """Return subject and marker of a label; the subject may be empty."""
    plain = label.strip()
    if places_of([plain])[0] and ":" not in plain:
        return "", plain
    found = re.fullmatch(r"(.*)[:\s_.-]\s*([A-Za-z0-9]+)", plain)
    if found and (":" in plain or places_of([found[2]])[0]):
        return found[1], found[2]
    return "", plain


def _subject(label: str) -> str:
    return _split(label)[0]


def _plain(label: str) -> str:
    return _split(label)[1]


def _apart(markers: Markers, name: str, own: Sequence[int]) -> list[tuple[str, list[int]]]:
    """Part markers of one subject that come several times, by who is near whom."""
    by_marker: dict[str, list[int]] = defaultdict(list)
    for index in own:
        by_marker[_plain(markers.labels[index]).upper()].append(index)
    doubles = [indices for indices in by_marker.values() if len(indices) > 1]
    count = max((len(indices) for indices in doubles), default=1)
    if count == 1:
        return [(name, list(own))]
    # Those that come most often begin: one for each person.
    start = next(indices for indices in doubles if len(indices) == count)
    people = [[index] for index in start]
    for indices in by_marker.values():
        if indices is start:
            continue
        for index in indices:
            free = [one for one in people if not set(one) & set(indices)]
            min(free, key=lambda one: _distance(markers, index, one[0])).append(index)
    return [(f"{name}{number}".strip(), one) for number, one in enumerate(people, 1)]


def _distance(markers: Markers, one: int, other: int) -> float:
    apart = np.linalg.norm(markers.positions[:, one] - markers.positions[:, other], axis=-1)
    return float(np.nanmean(apart)) if np.isfinite(apart).any() else np.inf
