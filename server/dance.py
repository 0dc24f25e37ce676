"""The dance of partner and performer, frame by frame: landmarks in, frames out.

No clock lives here: each call gets the time. All of it may run in a thread of its own.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from motion.clip import Pose
from motion.contract import Contract
from motion.partner import Partner
from server.faults import Faults
from server.performer import Performer
from server.protocol import FrameMessage

Array = np.ndarray

SETTLE = 2.0
"""Seconds for which a performer must have been there before they are taken up."""

TAKE_UP_EVERY = 16.0
"""Seconds after which a performer who is still there is taken up again."""

SHORTEST_CONTEXT = 1.0
"""Seconds of the performer's motion that say something about it."""

AWAY = 1.0
"""Seconds after which a performer who is not seen has left."""


class TakeUps:
    """Decides when the partner takes the performer up: once they settled, then now and again."""

    def __init__(self) -> None:
        self._came = self._seen = self._next = float("-inf")
        self._wanted = False

    def request(self) -> None:
        """Make the next one due as soon as the performer has settled."""
        self._wanted = True

    def due(self, present: bool, now: float) -> bool:
        """Tell whether the partner takes the performer up now.

        Args:
            present: Whether the performer is seen.
            now: Seconds; never decreases.
        """
        if not present:
            return False
        if now - self._seen > AWAY:
            self._came, self._next = now, now + SETTLE
        self._seen = now
        if now < (self._came + SETTLE if self._wanted else self._next):
            return False
        self._wanted, self._next = False, now + TAKE_UP_EVERY
        return True


class Dance:
    """The partner going on by itself, taking the performer up when it is time.

    A partner that fails or gives a pose that is not finite is replaced, under another seed; the
    last good pose stands in for the frame.

    Attributes:
        performer: Whom the partner takes up.
        take_ups: When it does.
    """

    def __init__(
        self,
        contract: Contract,
        make_partner: Callable[[int], Partner],
        performer: Performer,
        faults: Faults,
        seed: int,
    ) -> None:
        self.performer = performer
        self.take_ups = TakeUps()
        self._contract = contract
        self._make_partner = make_partner
        self._seed = seed
        self._partner: Partner | None = make_partner(seed)
        self._offered = False
        self._faults = faults
        self._sequence = -1
        self._pose = Pose.standing()
        self._contacts = np.zeros(4, bool)

    def advance(self, now: float, emotion: Float[Array, " E"], energy: float) -> FrameMessage:
        """Return the next frame.

        Args:
            now: The server's clock, seconds.
            emotion: A weight for every label of the model.
            energy: In [0.5, 2]; 1 is usual.
        """
        self.performer.update(now)
        if self.take_ups.due(self.performer.present, now):
            self._take_up()
        taken_up = self._step(emotion, energy)
        self._sequence += 1
        present = self.performer.present
        return FrameMessage(
            self._sequence, now, self._pose, self._contacts, emotion, present, taken_up
        )

    def _take_up(self) -> None:
        """Offer the performer's last seconds to the partner, or postpone if they are too few."""
        context = self.performer.recent(self._contract.fps, self._contract.context_frames)
        if context is None or context.seconds < SHORTEST_CONTEXT or self._partner is None:
            self.take_ups.request()
            return
        try:
            self._partner.take_up(context)
            self._offered = True
        except Exception as error:
            self._replace(error)

    def _step(self, emotion: Float[Array, " E"], energy: float) -> bool:
        """Let the partner dance on; return whether it now goes on from what it was offered."""
        try:
            if self._partner is None:
                self._partner = self._make_partner(self._seed)
            frame = self._partner.advance(emotion, energy)
            _require_finite(frame.pose)
        except Exception as error:
            self._replace(error)
            return False
        self._pose, self._contacts = frame.pose, frame.contacts
        taken_up = self._offered and frame.taken_up
        self._offered = self._offered and not taken_up
        return taken_up

    def _replace(self, error: Exception) -> None:
        self._faults.count("partner", error)
        self._partner, self._offered = None, False
        self._seed += 1


def _require_finite(pose: Pose) -> None:
    if not (np.isfinite(pose.hips).all() and np.isfinite(pose.rotations).all()):
        raise FloatingPointError("expected a finite pose, got one that is not")
