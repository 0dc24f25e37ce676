"""Keeps stages apart that two servers have, and takes over those of a server that vanished.

The frames of a stage are its claim: nobody keeps a list, and no claim outlives its server.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from motion.clip import Clip
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from server.broker.relay import SILENT, Relay
from server.broker.relayed_stage import RelayedStage
from server.capture.sources import SourceSpec
from server.stages.assemble import usual_seat
from server.stages.open_source import open_source
from server.stages.origin import Origin
from server.stages.scheduler import Scheduler
from server.stages.stage import Stage
from server.wire.messages import Controls, Set
from server.wire.protocol import PARTNER, Refusal, decode_frame

_log = logging.getLogger("bhava")

LOOK_EVERY = 0.1
"""Seconds between two looks."""

LISTEN = 0.2
"""Seconds for which a server that has just connected hears others before it claims a stage."""

DEAD = 2.0
"""Seconds without frames of a stage after which another server takes it over."""

NEXT = 0.7
"""Seconds after which the next server takes it over, if the first has no room."""

ELSEWHERE = frozenset({"recording", "voting"})
"""Controls that a take-over does not carry: takes and votes lie with the server that is gone."""


class Standby:
    """What a server knows of other servers' stages; belongs to the event loop.

    Attributes:
        others: The stages of all other servers.
    """

    def __init__(
        self,
        origin: Origin,
        others: Relay,
        connected: Callable[[], bool],
        scheduler: Scheduler,
        clock: Callable[[], float],
        takes_over: bool,
    ) -> None:
        """Begin without having heard of any.

        Args:
            origin: Tells this server's stages.
            others: Hears those of all others.
            connected: Tells whether the NATS server is there.
            scheduler: Steps this server's stages.
            clock: Monotonic time in seconds.
            takes_over: Whether stages of servers that vanish come up here.
        """
        self.others = others
        self._origin, self._connected, self._scheduler = origin, connected, scheduler
        self._clock, self._takes_over = clock, takes_over
        self._connected_since: float | None = None
        self._looked = float("-inf")
        self._tried: dict[str, float] = {}
        self._coming: set[asyncio.Task[None]] = set()

    def before_tick(self) -> None:
        """See whether another server shows a stage of this one, or one has vanished."""
        now = self._clock()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        if not self._connected():
            self._connected_since = None  # all others fall silent then, and none of them is gone
            return
        self._connected_since = now if self._connected_since is None else self._connected_since
        listened = now - self._connected_since >= LISTEN and self.others.has_met_all
        self._origin.listens = not listened
        for name in self._origin.withheld.keys() - self.others.stages.keys():
            del self._origin.withheld[name]
        for name, stage in list(self.others.stages.items()):
            silence = now - max(stage.heard, self._connected_since)
            if now - stage.heard < SILENT:
                self._keep_apart(name, stage)
            elif silence >= DEAD + NEXT * self._rank(name):
                self._inherit(name, stage, now)
        for name, why in self._origin.withheld.items():
            if name in self._scheduler.stages:
                self._scheduler.stages[name].control.refused = why

    def after_tick(self, _: Sequence[Stage]) -> None:
        """Do nothing."""

    def _keep_apart(self, name: str, other: RelayedStage) -> None:
        """Withhold a stage of this server that another shows; of two that began at once, one."""
        if name not in self._scheduler.stages or name in self._origin.withheld:
            return
        if self._origin.has_told(name) and self._origin.name < other.origin:
            return  # the other hears this server, and withholds its own
        why = f"expected a name that no other server shows, got {name}, as {other.origin} does"
        self._origin.withheld[name] = why
        self._scheduler.services.faults.count(f"stage {name}", BhavaError(why))

    def _rank(self, name: str) -> int:
        """Return how many servers are to take a stage over before this one."""
        servers = sorted([self._origin.name, *self.others.living()])
        first = sum(name.encode()) % len(servers)
        return (servers.index(self._origin.name) - first) % len(servers)

    def _inherit(self, name: str, stage: RelayedStage, now: float) -> None:
        """Take a stage over, unless this server shows one of that name, or may do so from now."""
        shows = name in self._scheduler.stages and name not in self._origin.withheld
        if shows or not self._takes_over:
            self.others.stages.pop(name)
        elif now - self._tried.get(name, float("-inf")) >= DEAD:
            self._tried[name] = now
            task = asyncio.create_task(self._take_over(name, stage))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _take_over(self, name: str, stage: RelayedStage) -> None:
        with self._scheduler.services.faults.survived("take-over"):
            # A model may have to be loaded, and a camera opened.
            ours = await asyncio.to_thread(self._made, name, stage.hello.status.source)
            controls = stage.hello.controls
            for wish in _wishes(controls):
                try:
                    ours.set(wish, self._clock())
                except Refusal as refusal:
                    why = f"{refusal.detail}; taken over without it"
                    self._scheduler.services.faults.count("take-over", BhavaError(why))
            if (history := danced(stage)) is not None:
                ours.resume(history)
            self.others.stages.pop(name, None)
            self._origin.withheld.pop(name, None)
            _log.warning("stage taken over", extra={"stage": name, "of": stage.origin})

    def _made(self, name: str, source: str) -> Stage:
        """Return this server's stage of a name, made if there is none.

        Raises:
            HouseFullError: If there is no room.
        """
        if name in self._scheduler.stages:
            return self._scheduler.stages[name]
        with self._scheduler.place(name):
            spec = SourceSpec.parse(source if source in ("demo", "browser") else "browser")
            performer = open_source(spec, self._clock)
            performer.start()
            first = self._scheduler.stage("default").controls
            controls = Controls(model=first.model, seed=self._scheduler.draw_seed())
            try:
                return self._scheduler.make(name, performer, controls, usual_seat(spec))
            except BhavaError:
                performer.close()
                raise


def _wishes(controls: Controls) -> list[Set]:
    """Return controls as wishes, the model first: it decides what the others may be."""
    settable = Set.model_fields.keys() & Controls.model_fields.keys() - {"type"} - ELSEWHERE
    values = {name: getattr(controls, name) for name in settable}
    model = values.pop("model")
    return [Set(model=model), Set.model_validate(values)]


def danced(stage: RelayedStage) -> Clip | None:
    """Return the first partner's latest motion; None if none was seen."""
    joints = len(CANONICAL.joints)
    frames = [decode_frame(frame, joints) for frame in stage.recent]
    poses = [
        figure.pose
        for frame in frames
        for figure in frame.figures
        if figure.kind == PARTNER and figure.id == 0
    ]
    return Clip.from_poses(poses, stage.hello.fps) if len(poses) > 1 else None
