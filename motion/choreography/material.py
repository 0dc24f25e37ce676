"""Material: a dancer's phrase danced on: cut where its poses nearly meet, and joined anew.

Pieces of less than a second follow one another in another order, some mirrored left to right, each
a little faster or slower, so that energy, level, limbs and motif are the phrase's while nothing is
a replay of it. A graph of motion is searched without being built: a phrase is short enough to
compare its frames as they are needed.

References:
    L. Kovar, M. Gleicher and F. Pighin, "Motion Graphs", SIGGRAPH 2002. J. Lee et al., "Interactive
    Control of Avatars Animated with Human Motion Data", SIGGRAPH 2002.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import features, kinematics, rotations
from motion.clip import Clip
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

PARTS = ("LowerArm", "Hand", "LowerLeg", "Foot")

PIECE_SECONDS = (0.45, 0.8)
"""Of a piece before the next one begins."""

JOIN_SECONDS = 0.27
"""Over which one piece goes over into the next."""

MOMENTUM = 0.12
"""Seconds of motion ahead by which velocities count when poses are compared."""

AGAIN = 0.06
"""Leg lengths of distance that a frame costs for each time that it was danced already."""

TURNED_ABOUT = 0.02
"""Leg lengths of distance that a change between a phrase and its mirror image costs."""

SLOWEST = 0.02
"""Metres per second added to speeds that are compared: of standing there is no half."""

COMPARED = [0, *CANONICAL.indices("head", *(s + p for s in ("left", "right") for p in PARTS))]
"""Joints by which poses are compared."""

CHANCE = 0.03
"""Leg lengths of distance that chance adds."""

UNUSUAL = 0.08
"""Leg lengths of distance for each e-fold by which a piece is faster or slower than the phrase."""

TEMPO_RANGE = (0.85, 1.2)
"""By which a piece that is faster or slower than the phrase is brought nearer to it."""

STRAY = 0.08
"""Share by which the tempo of a piece strays."""


@dataclass(frozen=True)
class Piece:
    """Some frames of a phrase.

    Attributes:
        mirrored: Whether left and right are swapped.
        first: Number of its first frame.
        frames: How many of the phrase's frames it takes until the next piece begins.
        tempo: Frames of the phrase for each frame that is danced.
    """

    mirrored: bool
    first: int
    frames: int
    tempo: float


class Phrase:
    """What a dancer did, as material."""

    def __init__(self, clip: Clip) -> None:
        """Take note of a phrase of the canonical skeleton.

        Args:
            clip: A second at least.
        """
        self.clip, self._fps = clip, clip.fps
        sides = clip, clip.mirrored()
        self._features = [features.from_clip(side).astype(np.float64) for side in sides]
        self._points = np.concatenate([_points(side) for side in sides])
        self._square = np.einsum("td,td->t", self._points, self._points)
        self._join = round(JOIN_SECONDS * clip.fps)
        self._shortest, self._longest = (round(s * clip.fps) for s in PIECE_SECONDS)
        self._unusual = np.log(_speed_ahead(clip, self._longest))

    def danced_on(self, frames: int, tempo: float, rng: np.random.Generator) -> Clip:
        """Return a motion of pieces of the phrase; it begins with what was done last.

        Args:
            frames: Least number of frames.
            tempo: Factor for the tempo; 1 keeps the phrase's own.
            rng: Source of randomness.
        """
        last = len(self.clip) - self._longest - self._join
        lately = np.arange(max(0, last - 2 * self._longest), max(1, last))
        first = int(lately[np.argmin(np.abs(self._unusual[lately]))])
        return self._joined(self._pieces(first, frames, tempo, rng))

    def answered(
        self,
        frames: int,
        tempo: float,
        rng: np.random.Generator,
        *,
        first: int = 0,
        mirrored: bool = False,
    ) -> Clip:
        """Return a reply: a stretch of the phrase, half as long as the reply, then pieces of it.

        Args:
            frames: Least number of frames.
            tempo: Factor for the tempo; 1 keeps the phrase's own.
            rng: Source of randomness.
            first: Frame with which the stretch begins.
            mirrored: Whether left and right are swapped in it.
        """
        whole = len(self.clip) - self._join - 1 - first
        repeated = min(max(round(0.5 * frames * tempo), self._shortest), whole)
        asked = Piece(mirrored, first, repeated, tempo)
        end, row = self._best_after(asked, np.zeros(len(self._points)), rng)
        motif = Piece(mirrored, first, end - first, tempo)
        rest = max(1, frames - round(motif.frames / tempo))
        start, swapped = row % len(self.clip), row >= len(self.clip)
        return self._joined([motif, *self._pieces(start, rest, tempo, rng, mirrored=swapped)])

    def _pieces(
        self,
        first: int,
        frames: int,
        tempo: float,
        rng: np.random.Generator,
        *,
        mirrored: bool = False,
    ) -> list[Piece]:
        pieces: list[Piece] = []
        danced = np.zeros(len(self._points))
        left = float(frames)
        while left > 0:
            evened = np.clip(np.exp(-0.5 * self._unusual[first]), *TEMPO_RANGE)
            strayed = tempo * float(evened) * (1.0 + STRAY * rng.uniform(-1.0, 1.0))
            at = Piece(mirrored, first, self._longest, strayed)
            end, following = self._best_after(at, danced, rng)
            piece = Piece(mirrored, first, end - first, strayed)
            here = first + piece.mirrored * len(self.clip)
            danced[here : here + piece.frames] += AGAIN
            pieces.append(piece)
            left -= piece.frames / strayed
            mirrored, first = following >= len(self.clip), following % len(self.clip)
        return pieces

    def _best_after(self, piece: Piece, danced: Array, rng: np.random.Generator) -> tuple[int, int]:
        """Return where to leave a piece, and the row of the frame to go on with."""
        count = len(self.clip)
        last = count - self._join - 1
        play = self._longest - self._shortest
        low = min(piece.first + max(self._shortest, piece.frames - play), last)
        ends = np.arange(low, max(low, min(piece.first + piece.frames, last)) + 1)
        starts = np.arange(max(1, count - self._shortest - self._join))
        rows = np.concatenate([starts, count + starts])
        apart = self._distance(ends + piece.mirrored * count, rows)
        apart = apart + danced[rows] + TURNED_ABOUT * ((rows >= count) != piece.mirrored)
        apart = apart + UNUSUAL * np.abs(self._unusual[rows % count])
        # What comes next in the phrase anyway would make it a replay.
        near = np.abs(ends[:, None] - rows % count) < self._shortest
        apart = apart + 10.0 * (near & ((rows >= count) == piece.mirrored))
        apart = apart + CHANCE * rng.random(apart.shape)
        end, row = np.unravel_index(int(apart.argmin()), apart.shape)
        return int(ends[end]), int(rows[row])

    def _distance(self, one: Array, other: Array) -> Float[Array, "N M"]:
        """Return the root mean square distance of joints in pairs of rows, leg lengths."""
        product = np.einsum("nd,md->nm", self._points[one], self._points[other])
        square = self._square[one][:, None] + self._square[other] - 2.0 * product
        distance: Array = np.sqrt(np.maximum(square, 0.0) / len(COMPARED))
        return distance

    def _joined(self, pieces: Sequence[Piece]) -> Clip:
        """Return the motion of pieces; each goes over into the next."""
        frames = self._rendered(pieces[0])
        for piece in pieces[1:]:
            following = self._rendered(piece)
            join = min(self._join, len(frames), len(following))
            share = _eased(np.arange(1, join + 1) / (join + 1))[:, None]
            both = frames[-join:] + share * (following[:join] - frames[-join:])
            frames = np.concatenate([frames[:-join], both, following[join:]])
        return features.to_clip(frames, self._fps, name="material")

    def _rendered(self, piece: Piece) -> Float[Array, "T F"]:
        """Return the features of a piece and of what follows it while the next one comes in."""
        count = round(piece.frames / piece.tempo) + self._join
        at = np.minimum(piece.first + piece.tempo * np.arange(count), len(self.clip) - 1.0)
        before = np.minimum(at.astype(int), len(self.clip) - 2)
        source, part = self._features[piece.mirrored], (at - before)[:, None]
        frames = source[before] + part * (source[before + 1] - source[before])
        for name in ("root_velocity", "turn_rate"):
            frames[:, features.PART[name]] *= piece.tempo
        return frames


def _points(clip: Clip) -> Float[Array, "T D"]:
    """Return where the joints are that are compared, with their momentum, leg lengths.

    Against the hips' place on the floor, in the facing frame.
    """
    positions = clip.world_positions()
    back = rotations.about_y(-kinematics.facing(positions))[:, None]
    away = positions[:, COMPARED] - clip.hips[:, None] * [1.0, 0.0, 1.0]
    placed = rotations.rotate(back, away) / LEG_LENGTH
    ahead = placed + MOMENTUM * np.gradient(placed, 1.0 / clip.fps, axis=0)
    return ahead.reshape(len(clip), -1)


def _speed_ahead(clip: Clip, frames: int) -> Float[Array, "T"]:
    """Return the mean speed of the frames that follow each frame, of that of the whole clip."""
    speed = features.joint_speed(clip) + SLOWEST
    total = np.concatenate([[0.0], np.cumsum(speed)])
    end = np.minimum(np.arange(len(clip)) + frames, len(clip))
    start = np.minimum(np.arange(len(clip)), len(clip) - 1)
    ahead: Array = (total[end] - total[start]) / (end - start) / speed.mean()
    return ahead


def _eased(part: Array) -> Array:
    return part * part * (3.0 - 2.0 * part)
