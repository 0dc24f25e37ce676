"""Who is who from picture to picture, when sources only tell who is there.

Whom the source itself follows stays who they are. Everybody else is weighed against everybody
remembered: whether they lie where that person was heading, are as large in the picture, built alike
and wear the same colours. The likeliest pairing of all is taken. No clock lives here.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from server.capture import landmarks as lm
from server.capture.appearance import unlike
from server.capture.landmarks import TRUNK, Landmarks, Sighting, image_scale
from server.capture.pairing import cheapest_pairs

Array = np.ndarray

_BONES = np.array(
    [
        [(lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER)] * 2,
        [(lm.LEFT_HIP, lm.RIGHT_HIP)] * 2,
        [(lm.LEFT_SHOULDER, lm.LEFT_HIP), (lm.RIGHT_SHOULDER, lm.RIGHT_HIP)],
        [(lm.LEFT_SHOULDER, lm.LEFT_ELBOW), (lm.RIGHT_SHOULDER, lm.RIGHT_ELBOW)],
        [(lm.LEFT_HIP, lm.LEFT_KNEE), (lm.RIGHT_HIP, lm.RIGHT_KNEE)],
        [(lm.LEFT_KNEE, lm.LEFT_ANKLE), (lm.RIGHT_KNEE, lm.RIGHT_ANKLE)],
    ]
)
"""Lengths by which people differ and that are found well: (6 lengths, 2 sides, 2 ends)."""

_LARGEST = 100.0  # bound on numbers that a source may deliver, metres or picture heights


@dataclass(frozen=True, eq=False)
class _Look:
    """What of a person's landmarks tells who it is.

    Attributes:
        landmarks: All of them, as they came.
        image: Where those lie in the picture, finite.
        place: Middle of the trunk in the picture, picture heights.
        size: Picture heights that a metre of this person takes up.
        build: Logarithms of their lengths in metres.
        worn: What they wear, shares of colours; None if unknown.
    """

    landmarks: Landmarks
    image: Float[Array, "33 2"]
    place: Float[Array, "2"]
    size: float
    build: Float[Array, "6"]
    worn: Float[Array, "64"] | None

    @staticmethod
    def from_landmarks(landmarks: Landmarks) -> "_Look":
        """Return how a person looks; any numbers give finite ones."""
        world, image = _bounded(landmarks.positions), _bounded(landmarks.image)
        size = max(image_scale(world, image), 1e-3)
        spans = world[_BONES[..., 1]] - world[_BONES[..., 0]]
        lengths = np.sqrt((spans * spans).sum(axis=-1)).mean(axis=-1)
        worn = None if landmarks.colours is None else landmarks.colours / 255.0
        place = image[TRUNK].mean(axis=0)
        return _Look(landmarks, image, place, size, np.log(lengths + 0.01), worn)


class _Person:
    """Somebody remembered: where they were, where they were heading, and how they are built."""

    NEAR, SPEED = 0.08, 1.0
    """Metres, and metres for each second unseen, by which somebody is not where expected."""
    GROWN, GROWTH = 0.06, 0.15
    """Share, and share for each second unseen, by which they are not as large as expected."""
    UNLIKE = 0.15
    """Share by which the lengths found of the same person differ; they err together."""
    RECOLOURED, DAZZLED = 0.3, 8.0
    """How unlike the same person's colours are, and the surprise that they make at most: in other
    light, or half hidden, they tell nothing."""
    HEADING = 0.7
    """Seconds for which somebody unseen goes on as they went."""
    FIRM = 3.0
    """Seconds over which the build is averaged."""
    FOLLOWED = 2.0
    """Seconds after which a source may have given the number of its track to somebody else."""

    def __init__(self, number: int, look: _Look, time: float, doubted: float) -> None:
        self.id = number
        self.look = look
        self.time = time
        self.counts_from = time + doubted
        self._velocity = np.zeros(2)
        self._watched = 1 / 30

    def surprise(self, look: _Look, time: float) -> float:
        """Return how unlikely it is that this is how they look now: 0 is as expected."""
        gap = time - self.time
        track = look.landmarks.track
        if track is not None and track == self.look.landmarks.track and gap < self.FOLLOWED:
            return 0.0
        spread, growth = self.NEAR + self.SPEED * gap, self.GROWN + self.GROWTH * gap
        moved = (look.place - self._expected(gap)) / (self.look.size * spread)
        grown = np.log(look.size / self.look.size) / growth
        built = (look.build - self.look.build) / self.UNLIKE
        wide = 2 * np.log(spread / self.NEAR) + np.log(growth / self.GROWN)
        far = moved @ moved + grown * grown + built @ built
        return float(0.5 * far + wide) + self._recoloured(look)

    def follow(self, look: _Look, time: float) -> None:
        """Take in how they look now."""
        gap = max(time - self.time, 1e-3)
        velocity = (look.place - self.look.place) / gap
        self._velocity += (velocity - self._velocity) * gap / (gap + 0.15)
        self._watched = min(self._watched + gap, self.FIRM)
        build = self.look.build + (look.build - self.look.build) * min(gap / self._watched, 1.0)
        size = self.look.size * (look.size / self.look.size) ** (gap / (gap + 0.1))
        worn = look.worn
        if worn is not None and self.look.worn is not None:
            worn = self.look.worn + (worn - self.look.worn) * gap / (gap + self.FIRM)
        self.look = replace(look, size=size, build=build, worn=worn)
        self.time = time

    def _recoloured(self, look: _Look) -> float:
        if look.worn is None or self.look.worn is None:
            return 0.0
        recoloured = unlike(look.worn, self.look.worn) / self.RECOLOURED
        return min(0.5 * recoloured * recoloured, self.DAZZLED)

    def _expected(self, gap: float) -> Array:
        ahead = self.HEADING * (1.0 - np.exp(-gap / self.HEADING))
        return np.asarray(self.look.place + self._velocity * ahead)


class Tracker:
    """Gives everybody a number that stays theirs while they move, cross, or are away for a while.

    On 120 simulated pairs of dancers who cross, meet and turn back, or pass behind one another for
    a second, a tenth of the detections missed and a tenth doubled, 114 keep their numbers.
    """

    MEMORY = 8.0
    """Seconds for which somebody who has gone is remembered."""
    STRANGER = 14.0
    """Surprise above which it is somebody new."""
    SAME = 0.15
    """Metres of mean distance in the picture below which two are one person, found twice."""
    OVERLAP, DOUBT = 0.5, 0.5
    """Metres from somebody else within which a newcomer counts only after so many seconds."""

    def __init__(self) -> None:
        self._people: list[_Person] = []
        self._stamp = self._now = 0.0

    def update(self, sighting: Sighting) -> dict[int, Landmarks]:
        """Return who is seen by number, counted from 1; numbers of people long gone are reused.

        Args:
            sighting: The next one. A clock that stands or runs backwards only costs certainty.
        """
        self._elapse(sighting.time)
        looks = _distinct([_Look.from_landmarks(person) for person in sighting.people], self.SAME)
        for look in self._recognise(looks):
            self._admit(look)
        return {p.id: p.look.landmarks for p in self._people if self._counts(p)}

    def _elapse(self, stamp: float) -> None:
        """Go on in time, of our own, which never runs backwards, and forget who is long gone."""
        passed, self._stamp = stamp - self._stamp, stamp
        self._now += min(passed, self.MEMORY) if passed > 1e-3 else 1 / 30
        self._people = [p for p in self._people if self._now - p.time < self.MEMORY]

    def _recognise(self, looks: list[_Look]) -> list[_Look]:
        """Pair those seen with those remembered, as is likeliest, and return the strangers."""
        stranger = [self.STRANGER] * len(looks)
        costs = [[p.surprise(look, self._now) for p in self._people] + stranger for look in looks]
        strangers = []
        for row, column in cheapest_pairs(costs):
            if column < len(self._people):
                self._people[column].follow(looks[row], self._now)
            else:
                strangers.append(looks[row])
        return strangers

    def _admit(self, look: _Look) -> None:
        """Remember a stranger; one who overlaps somebody else may be that one, found twice."""
        taken = {p.id for p in self._people}
        number = next(number for number in range(1, len(taken) + 2) if number not in taken)
        doubtful = any(
            p.time == self._now and _apart(look, p.look) < self.OVERLAP for p in self._people
        )
        self._people.append(_Person(number, look, self._now, self.DOUBT if doubtful else 0.0))

    def _counts(self, person: _Person) -> bool:
        return person.time == self._now >= person.counts_from


def _bounded(values: Array) -> Array:
    """Return finite numbers; what is none counts as 0."""
    bounded = np.minimum(np.maximum(values, -_LARGEST), _LARGEST)
    return np.nan_to_num(bounded) if np.isnan(bounded).any() else bounded


def _distinct(looks: list[_Look], same: float) -> list[_Look]:
    """Return everybody once: of two who lie on one another, the one found more surely."""
    if len(looks) < 2:
        return looks
    kept: list[_Look] = []
    for look in sorted(looks, key=_sureness, reverse=True):
        if all(_apart(look, other) > same for other in kept):
            kept.append(look)
    return kept


def _sureness(look: _Look) -> float:
    """Return how many of a person's landmarks are seen."""
    return float(np.clip(np.nan_to_num(look.landmarks.visibility), 0.0, 1.0).sum())


def _apart(one: _Look, other: _Look) -> float:
    """Return the mean distance of two people's landmarks in the picture, metres of the larger."""
    spans = one.image - other.image
    return float(np.sqrt((spans * spans).sum(axis=1)).mean()) / max(one.size, other.size)
