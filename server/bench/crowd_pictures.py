"""Pictures of several people, made of a video of one: who is where in them is known.

Each dances at another moment, every other one mirrored and in other colours, cut out about their
own landmarks. OpenCV is imported only when pictures are made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from server.capture import landmarks as lm
from server.capture.landmarks import Landmarks, trunk_length
from server.capture.pose_finder import Picture, PoseFinder

Array = np.ndarray

FPS = 30.0
HEIGHT, WIDTH = 480, 720
"""Pixels of the pictures that are made."""

_BONES = (
    *lm.BODY,
    (lm.LEFT_ELBOW, lm.LEFT_INDEX),
    (lm.RIGHT_ELBOW, lm.RIGHT_INDEX),
    (lm.LEFT_ANKLE, lm.LEFT_TOE),
    (lm.RIGHT_ANKLE, lm.RIGHT_TOE),
)
_SEEN = 0.5  # share of somebody that must show for them to be looked for

Way = Callable[[float], float]
"""Seconds to how far right of the picture's middle somebody dances, picture heights."""


@dataclass(frozen=True, eq=False)
class Moment:
    """One person in one picture of the video.

    Attributes:
        image: The picture, blue first.
        shape: Which pixels are theirs.
        points: Where their landmarks lie, pixels.
    """

    image: UInt8[Array, "H W 3"]
    shape: Bool[Array, "H W"]
    points: Float[Array, "33 2"]

    def mirrored(self, channels: tuple[int, int, int]) -> "Moment":
        """Return the same left for right, in other colours."""
        points = self.points[lm.MIRROR] * [-1.0, 1.0] + [self.shape.shape[1] - 1, 0.0]
        return Moment(self.image[:, ::-1, channels], self.shape[:, ::-1], points)


@dataclass(frozen=True)
class Staging:
    """How scenes are made of a video.

    Attributes:
        name: End of the names of such scenes.
        backwards: Whether the video runs from its end.
        height: Share of the picture's height that the video takes up.
        thick: How far a cut-out reaches about a bone, both sides together, trunk lengths.
        channels: Which colour is blue, green and red in those who wear others.
        pace: How much faster everybody goes their way.
    """

    name: str = ""
    backwards: bool = False
    height: float = 1.0
    thick: float = 0.45
    channels: tuple[int, int, int] = (2, 1, 0)
    pace: float = 1.0


STAGINGS = (
    Staging(),
    Staging(", held out", True, height=0.8, thick=0.6, channels=(1, 2, 0), pace=1.35),
)
"""The first served to choose the constants of `server/capture/`; the second only judges."""


@dataclass(frozen=True)
class Scene:
    """Some people and where they go, the farthest first.

    Attributes:
        name: What happens.
        ways: One for each.
    """

    name: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, eq=False)
class Crowd:
    """A picture of several people.

    Attributes:
        picture: What a camera would show.
        people: Where everybody's landmarks lie, picture heights from the middle; None for who is
            more than half hidden or out of the picture.
    """

    picture: Picture
    people: tuple[Float[Array, "33 2"] | None, ...]


def _stays(at: float) -> Way:
    return lambda _: at


def _sways(middle: float, far: float, seconds: float) -> Way:
    return lambda time: middle + far * float(np.cos(2 * np.pi * time / seconds))


SCENES = (
    Scene("two side by side", (_stays(-0.32), _stays(0.32))),
    Scene("three in a group", (_stays(0.0), _stays(-0.42), _stays(0.42))),
    Scene("two crossing", (_sways(0.0, 0.4, 6.0), _sways(0.0, -0.4, 6.0))),
    Scene("one half hidden", (_sways(0.25, 0.15, 5.0), _stays(0.0))),
    Scene("one leaving", (_sways(0.55, 0.6, 8.0), _stays(-0.35))),
)


def cut_out(video: Path, frames: int, staging: Staging = STAGINGS[0]) -> list[Moment]:
    """Return who dances alone in a video; pictures without anybody are left out."""
    finder = PoseFinder(1)
    moments = []
    for frame, image in enumerate(_pictures(video, frames, staging)):
        people = finder.find(Picture(frame / FPS, image)).people
        moments += [_moment(image, person, staging.thick) for person in people]
    return moments


def _pictures(video: Path, frames: int, staging: Staging) -> list[UInt8[Array, "H W 3"]]:
    import cv2

    capture = cv2.VideoCapture(str(video))
    images: list[UInt8[Array, "H W 3"]] = []
    while len(images) < frames or staging.backwards:
        found, image = capture.read()
        if not found:
            break
        height = round(HEIGHT * staging.height)
        width = round(image.shape[1] * height / image.shape[0])
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        top = HEIGHT - height
        images.append(cv2.copyMakeBorder(image, top, 0, 0, 0, cv2.BORDER_REPLICATE))
    capture.release()
    return images[: -frames - 1 : -1] if staging.backwards else images


def _moment(image: UInt8[Array, "H W 3"], person: Landmarks, share: float) -> Moment:
    import cv2

    points = person.image * HEIGHT + [image.shape[1] / 2, HEIGHT / 2]
    thick = max(round(share * trunk_length(points)), 2)
    shape = np.zeros(image.shape[:2], np.uint8)
    for start, end in _BONES:
        (left, top), (right, bottom) = np.round(points[[start, end]]).astype(int).tolist()
        cv2.line(shape, (left, top), (right, bottom), (1,), thick)
    return Moment(image, shape > 0, points)


def crowds(
    scene: Scene, moments: list[Moment], frames: int, staging: Staging = STAGINGS[0]
) -> Iterator[Crowd]:
    """Yield pictures of a scene.

    Args:
        scene: Who goes where.
        moments: Somebody dancing alone; everybody starts elsewhere in them.
        frames: How many pictures.
        staging: As the moments were cut out.
    """
    apart = len(moments) // (len(scene.ways) + 1)
    for frame in range(frames):
        at = [(frame + apart * who) % len(moments) for who in range(len(scene.ways))]
        cast = [
            moments[i].mirrored(staging.channels) if who % 2 else moments[i]
            for who, i in enumerate(at)
        ]
        yield _crowd(frame / FPS, cast, [way(staging.pace * frame / FPS) for way in scene.ways])


def _crowd(time: float, cast: list[Moment], places: list[float]) -> Crowd:
    # Behind everybody is the video's own edge, so that the light changes as it does there.
    image = np.repeat(cast[0].image[:, :1], WIDTH, axis=1)
    owners = np.full((HEIGHT, WIDTH), -1)
    shifts = []
    for who, (moment, place) in enumerate(zip(cast, places, strict=True)):
        hips = moment.points[[lm.LEFT_HIP, lm.RIGHT_HIP], 0].mean()
        shifts.append(round(WIDTH / 2 + place * HEIGHT - hips))
        rows, columns = np.nonzero(moment.shape)
        to = columns + shifts[-1]
        inside = (to >= 0) & (to < WIDTH)
        rows, columns, to = rows[inside], columns[inside], to[inside]
        image[rows, to] = moment.image[rows, columns]
        owners[rows, to] = who
    people = tuple(
        (np.array([shift - WIDTH / 2, -HEIGHT / 2]) + moment.points) / HEIGHT
        if (owners == who).sum() >= _SEEN * moment.shape.sum()
        else None
        for who, (moment, shift) in enumerate(zip(cast, shifts, strict=True))
    )
    return Crowd(Picture(time, image), people)
