"""A performer played to a partner on a virtual clock, and both as clips."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from motion import features, rotations
from motion.clip import Clip, Pose
from motion.errors import BhavaError
from motion.model.engine import Engine
from server.capture.demo import PICTURES_PER_SECOND, Camera
from server.capture.landmarks import Sighting
from server.capture.pose_finder import PoseFinder
from server.capture.pose_process import Address, pictures
from server.interaction.dance import Dance, Opening
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerPool
from server.telemetry.faults import Faults
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, PERFORMER, FrameMessage

DELAY = 0.07
"""Seconds after which a picture of a usual camera is known as landmarks."""

VIDEOS = (".mp4", ".mov", ".avi", ".mkv", ".webm")


@dataclass(frozen=True, eq=False)
class Pairing:
    """Two who danced together.

    Attributes:
        partner: What it danced.
        performer: What it saw, as the server understood it; stands where nobody was seen.
        taken_up: When the partner took the performer up, seconds.
    """

    partner: Clip
    performer: Clip
    taken_up: tuple[float, ...]


def dance_together(
    engine: Engine,
    sightings: Iterator[Sighting],
    controls: Controls,
    seconds: float,
    *,
    take_up: float | None = None,
    delay: float = DELAY,
) -> Pairing:
    """Return what partner and performer danced; the same arguments give the same motion.

    Args:
        engine: The partner's model.
        sightings: Sightings of the performer; their times start at 0.
        controls: Throughout; the name of the model does not count.
        seconds: How long at most; it ends where sightings do.
        take_up: When the partner is asked to take the performer up, if it is.
        delay: Seconds after which a picture is known.

    Raises:
        BhavaError: If something failed that a show would survive.
    """
    faults, fps = Faults(), engine.contract.fps
    pool = PartnerPool(lambda _: engine, faults)
    dance = Dance(pool, faults, Opening(controls))
    asked = -1 if take_up is None else round(take_up * fps)
    shown = []
    for number, seen in enumerate(_by_tick(sightings, fps, delay)):
        if number >= round(seconds * fps):
            break
        moment = FrameInputs(number / fps, seen, controls, number == asked)
        shown.append(dance.compose(moment, pool.advance(dance.requests(moment))))
    if faults.counts:
        raise BhavaError(f"expected a dance without faults, got {faults.counts}")
    if not shown:
        raise BhavaError("performer: expected a motion of some frames, got none")
    taken = tuple(n / fps for n, frame in enumerate(shown) if frame.figures[0].taken_up)
    danced = _figure(shown, PARTNER, fps)
    danced = replace(danced, labels={"taken_up": " ".join(f"{time:.3f}" for time in taken)})
    return Pairing(danced, _figure(shown, PERFORMER, fps), taken)


def _by_tick(sightings: Iterator[Sighting], fps: float, delay: float) -> Iterator[Sighting | None]:
    """Yield the newest sighting that is known at each tick, once, until there are no more."""
    number, following = 0, next(sightings, None)
    while following is not None:
        newest = None
        while following is not None and following.time + delay <= number / fps + 1e-9:
            newest, following = following, next(sightings, None)
        yield newest
        number += 1


def _figure(shown: list[FrameMessage], kind: int, fps: float) -> Clip:
    """Return the motion of the first figure of a kind; it stands still where it is missing."""
    poses, last = [], Pose.standing()
    for frame in shown:
        last = next((figure.pose for figure in frame.figures if figure.kind == kind), last)
        poses.append(last)
    return Clip.from_poses(poses, fps, "partner" if kind == PARTNER else "performer")


def seen_in(source: Path, start: float = 0.0) -> Iterator[Sighting]:
    """Yield what the server's pose networks see in a video, which starts over at its end.

    Args:
        source: The video.
        start: Seconds of it that are passed over; the first sighting is at about 0.
    """
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    finder = PoseFinder(people=1)
    for picture in pictures(Address("video", str(source)), lambda: now, wait):
        if picture.time >= start:
            yield finder.find(replace(picture, time=picture.time - start))


def seen_by_camera(clip: Clip) -> Iterator[Sighting]:
    """Yield what a camera sees of a dancer who begins facing it and dances in its middle."""
    clip = _before_camera(clip.resampled(PICTURES_PER_SECOND))
    for frame in range(len(clip)):
        yield Sighting(frame / PICTURES_PER_SECOND, (Camera().see(clip.pose(frame)),))


def _before_camera(clip: Clip) -> Clip:
    back = rotations.about_y(-features.roots(clip[:1])[0, 2])
    hips = rotations.rotate(back, clip.hips - clip.hips.mean(0) * [1.0, 0.0, 1.0])
    turned = clip.rotations.copy()
    turned[:, 0] = rotations.multiply(back, turned[:, 0])
    return Clip(clip.name, clip.fps, hips, turned)
