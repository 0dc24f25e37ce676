"""The person before the camera: where their landmarks come from, and what they just danced."""

from collections import deque

import numpy as np

from motion import rotations
from motion.clip import Clip, Pose
from server.faults import Faults
from server.landmarks import Landmarks
from server.retarget import Retargeter
from server.sources import BrowserSource, Source

POSES = 600
"""Poses remembered: 10 s of a fast camera."""

GAP = 2.0
"""Seconds without landmarks after which a performer is gone and their recent motion forgotten."""


class Performer:
    """Follows one performer, from a browser while one sends, else from the configured source.

    Attributes:
        browser: Takes the landmarks that a browser sends.
        present: Whether someone is seen now.
    """

    def __init__(self, source: Source, browser: BrowserSource, faults: Faults) -> None:
        self.browser = browser
        self.present = False
        self._configured = source
        self._active = source
        self._faults = faults
        self._start_over()

    @property
    def source(self) -> Source:
        """Whose landmarks count now."""
        return self._active

    def update(self, now: float) -> None:
        """Take in what the source saw since the last call; a failing source only loses its frame.

        Args:
            now: The server's clock, seconds.
        """
        try:
            landmarks = self._newest()
            if landmarks is not None:
                self._heard = now
                self._follow(landmarks)
        except Exception as error:
            self._faults.count("performer", error)
        self.present = self._retargeter.present and now - self._heard < GAP

    def recent(self, fps: float, frames: int) -> Clip | None:
        """Return the performer's last motion, or None if there is none to speak of.

        Args:
            fps: Rate to resample to, whatever the source's.
            frames: Longest clip to return.
        """
        times = np.array([time for time, _ in self._poses])
        if len(times) < 2:
            return None
        count = min(frames, int((times[-1] - times[0]) * fps + 1e-6) + 1)
        at = times[-1] - np.arange(count)[::-1] / fps
        return _sampled([pose for _, pose in self._poses], times, at, fps)

    def _newest(self) -> Landmarks | None:
        # The configured source is asked even when it does not count: it may live on that.
        landmarks = self._configured.latest()
        browser = self.browser.state == "delivering"
        active = self.browser if browser else self._configured
        if active is not self._active:
            self._active = active
            self._start_over()
        return landmarks if active is self._configured else active.latest()

    def _start_over(self) -> None:
        self._heard = float("-inf")
        self._retargeter = Retargeter()
        self._poses: deque[tuple[float, Pose]] = deque(maxlen=POSES)

    def _follow(self, landmarks: Landmarks) -> None:
        pose = self._retargeter.update(landmarks)
        if pose is None or not self._retargeter.present:
            return
        if self._poses and not 0 < landmarks.time - self._poses[-1][0] < GAP:
            self._poses.clear()
        self._poses.append((landmarks.time, pose))


def _sampled(poses: list[Pose], times: np.ndarray, at: np.ndarray, fps: float) -> Clip:
    after = np.clip(np.searchsorted(times, at), 1, len(times) - 1)
    part = np.clip((at - times[after - 1]) / (times[after] - times[after - 1]), 0.0, 1.0)
    hips = np.stack([pose.hips for pose in poses])
    turned = np.stack([pose.rotations for pose in poses])
    moved = hips[after - 1] + part[:, None] * (hips[after] - hips[after - 1])
    turned = rotations.slerp(turned[after - 1], turned[after], part[:, None])
    return Clip("performer", fps, moved, turned)
