"""One person before the camera: how they stand now, and what they just danced."""

from collections import deque

import numpy as np

from motion import features
from motion.clip import Clip, Pose
from server.capture import landmarks as lm
from server.capture.landmarks import Landmarks
from server.capture.retarget import Retargeter

Array = np.ndarray

POSES = 600
"""Poses remembered: 10 s of a fast camera."""

GAP = 2.0
"""Seconds without landmarks after which a performer is gone and their recent motion forgotten."""

STANDING = 0.12
"""Mean joint speed, m/s, of someone who stands: twice what their landmarks tremble."""

DANCES_OVER = 1.5
"""Seconds over which it is told whether they do."""

MEMORY = 10.0
"""Seconds for which one who is gone may come back as themselves."""

LONGEST_LAG = 0.25
"""Seconds; a picture that is later holds the motion up, rather than make all of it late."""

LAG_FADES = 0.02
"""Share of a shorter wait that each picture adds: a late one is remembered for some seconds."""

_TRUNK = np.array([lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER, lm.LEFT_HIP, lm.RIGHT_HIP])


class Performer:
    """Follows one person; holds no clock and does no IO.

    Attributes:
        size: Size of their trunk in the picture, picture heights: who is larger is nearer. 0 for
            one whose source tells their pose.
    """

    def __init__(self) -> None:
        self.size = 0.0
        self._heard = self._seen = float("-inf")
        self._lag = 0.0
        self._retargeter = Retargeter()
        self._seen_now = False
        self._poses: deque[tuple[float, Pose]] = deque(maxlen=POSES)

    def update(self, seen: Landmarks | Pose | None, time: float, now: float) -> None:
        """Take in where they are in a picture; None where they are not in it.

        Args:
            seen: Landmarks of this person, or their pose where the source tells it.
            time: When the picture was taken; one that is not newer than the last does not count.
            now: The server's clock, seconds.
        """
        if time <= self._seen:
            return
        gap, self._seen, self._heard = time - self._seen, time, now
        wait = min(max(now - time, 0.0) + gap, LONGEST_LAG)
        self._lag = max(wait, self._lag + LAG_FADES * (wait - self._lag))
        pose = seen if isinstance(seen, Pose) else self._retarget(seen, time)
        self._seen_now = pose is not None
        if self._poses and time - self._poses[-1][0] >= GAP:
            self._poses.clear()
        if isinstance(seen, Landmarks):
            self.size = float(np.ptp(seen.image[_TRUNK], axis=0).max())
        if pose is not None:
            self._poses.append((time, pose))

    def present(self, now: float) -> bool:
        """Tell whether they are seen."""
        return self._seen_now and now - self._heard < GAP and bool(self._poses)

    def remembered(self, now: float) -> bool:
        """Tell whether they were heard of lately."""
        return now - self._heard < MEMORY

    @property
    def pose(self) -> Pose:
        """How they stood when they were last seen."""
        return self._poses[-1][1]

    def recent(self, fps: float, frames: int) -> Clip | None:
        """Return their last motion, or None if there is none to speak of.

        Args:
            fps: Rate to resample to, whatever the source's.
            frames: Longest clip to return.
        """
        if len(self._poses) < 2:
            return None
        first, last = self._poses[0][0], self._poses[-1][0]
        count = min(frames, int((last - first) * fps + 1e-6) + 1)
        return self._sampled(last - np.arange(count)[::-1] / fps, fps)

    def live(self, now: float, fps: float, frames: int) -> Clip | None:
        """Return their newest frames, evenly in time, or None if nothing is known of them.

        They lag by what pictures take to come, so that there is always one on either side.

        Args:
            now: The server's clock, seconds.
            fps: Rate of the frames.
            frames: How many.
        """
        if len(self._poses) < 2:
            return None
        return self._sampled(now - self._lag - np.arange(frames)[::-1] / fps, fps)

    @property
    def dances(self) -> bool:
        """Whether they move rather than stand."""
        return self.speed(DANCES_OVER) > STANDING

    def speed(self, seconds: float) -> float:
        """Return the mean speed of their joints against the hips lately, m/s; 0 if unknown."""
        clip = self.recent(_RATE, max(2, round(seconds * _RATE)))
        return 0.0 if clip is None or len(clip) < 2 else float(features.joint_speed(clip).mean())

    def _retarget(self, landmarks: Landmarks | None, time: float) -> Pose | None:
        pose = self._retargeter.update(landmarks, time)
        return pose if self._retargeter.present else None

    def _sampled(self, at: Array, fps: float) -> Clip:
        # Only the poses about these times, and no fewer than two: a deque is slow to look through.
        count = sum(entry[0] > at[0] - GAP for entry in self._poses)
        poses = list(self._poses)[-max(2, count) :]
        times = np.array([time for time, _ in poses])
        return Clip.from_times([pose for _, pose in poses], times, at, fps, "performer")


_RATE = 15.0
"""Frames per second at which a speed is told: noise of the landmarks counts less."""
