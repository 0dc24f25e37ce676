"""People followed from picture to picture, by what eyes see; no network, picture or clock is here.

`web/src/performer/following.ts` does the same in the performer's page.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from server.capture.landmarks import Landmarks
from server.capture.pose_region import Region
from server.capture.pose_tracks import KEPT, STRANGER, Find, Track, assigned, regions_of, twins

LOOK = 0.2
"""Seconds between searches while somebody is followed and there may be more."""


class Eyes(Protocol):
    """See people in one picture."""

    def search(self) -> list[Region]:
        """Return where people are, the surest first."""

    def see(
        self,
        track: Track,
        region: Region,
        before: Sequence[Landmarks],
        behind: Sequence[Landmarks],
    ) -> Find | None:
        """Return how somebody stands, or None if they are not there.

        Args:
            track: Theirs.
            region: Where to look for them.
            before: How those stand who may hide them, and are not to be seen.
            behind: How those stood last who may show behind them, nor are they.
        """


class Following:
    """Follows people.

    The region of somebody who was found comes from their own landmarks, so that the picture is
    searched as a whole only now and then, while there may be more people than are known. Of people
    who overlap, each is looked for with the others painted over. Whoever is hidden is waited for,
    and known again by place and colours.
    """

    def __init__(self, people: int) -> None:
        """Take the number of people to follow."""
        self._people = people
        self._tracks: list[Track] = []
        self._count = 0
        self._looked = self._before = float("-inf")

    def update(self, eyes: Eyes, time: float) -> list[Track]:
        """Return who is in a picture.

        Args:
            eyes: See it.
            time: When it was taken, seconds; grows from picture to picture.
        """
        self._look(eyes, time)
        seconds = min(max(time - self._before, 0.0), 1.0)
        self._before = time
        found = assigned(self._find_each(eyes, seconds), self._tracks)
        if len(found) < len(self._tracks):  # somebody was lost, and may soon be found elsewhere
            self._looked -= LOOK / 2
        self._tracks = self._gone_on(found, seconds)
        return [track for track in self._shown if track.believed]

    def _look(self, eyes: Eyes, now: float) -> None:
        """Search the picture for people who are not followed yet, when it is time to."""
        if len(self._shown) >= self._people and not any(map(self._crowded, self._tracks)):
            return
        if self._shown and 0.0 <= now - self._looked < LOOK:
            return
        self._looked = now
        self._anchor(eyes.search())

    def _anchor(self, found: list[Region]) -> None:
        """Follow strangers too, and look for those who are pressed where they were found."""
        here = [t for t in self._tracks if not t.hidden or self._crowded(t)]
        known = regions_of(found, here)
        tracks = [
            replace(track, region=found[known[track.number]])
            if track.number in known and (track.hidden or self._crowded(track))
            else track
            for track in self._tracks
        ]
        strangers = [r for row, r in enumerate(found) if row not in known.values()]
        room = max(self._people - len(self._shown), 0)
        self._tracks = tracks + [Track(self._next_number(), region) for region in strangers[:room]]

    @property
    def _shown(self) -> list[Track]:
        return [track for track in self._tracks if not track.hidden]

    def _next_number(self) -> int:
        """Return a number that nobody has had for long."""
        self._count = self._count % 255 + 1
        return self._count

    def _crowded(self, track: Track) -> bool:
        """Tell whether somebody else is very near."""
        return any(other is not track and track.near(other) for other in self._tracks)

    def _find_each(self, eyes: Eyes, seconds: float) -> dict[int, Find]:
        """Return who is found, by number, seconds after the picture before; the foremost first."""
        finds: dict[int, Find] = {}
        order = sorted(self._tracks, key=lambda t: (not t.believed, t.hidden > 0, t.covered))
        for track in order:
            others = [other for other in order if other is not track and track.near(other)]
            if track.hidden and not others:
                continue  # nobody hides them: they have gone
            before = [finds[o.number].landmarks for o in others if o.number in finds]
            rest = [o for o in others if o.number not in finds and o.believed and not o.hidden]
            behind = [o.landmarks for o in rest if o.landmarks]
            region = track.expected(seconds) if before or behind else track.region
            find = eyes.see(track, region, before, behind)
            if find is None or any(twins(find, other) for other in finds.values()):
                continue
            if track.doubt(find) < STRANGER:
                finds[track.number] = find
        return finds

    def _gone_on(self, found: dict[int, Find], seconds: float) -> list[Track]:
        """Return who is still followed, seconds after the picture before."""
        tracks = []
        for track in self._tracks:
            if track.number in found:
                crowded = self._crowded(track)
                tracks.append(track.met(found[track.number], seconds, crowded=crowded))
            elif track.believed and track.hidden + seconds < KEPT:
                tracks.append(track.missed(max(seconds, 1e-3)))
        return tracks
