"""Brings a stage of a server that vanished up on this one, as it was told last."""

import asyncio
from collections.abc import Callable

from motion.clip import Clip
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from server.broker.relayed_stage import RelayedStage
from server.capture.sources import SourceSpec
from server.stages.assemble import usual_seat
from server.stages.crowd_desk import CrowdDesk
from server.stages.cue_desk import CueDesk
from server.stages.open_source import open_source
from server.stages.scheduler import DEFAULT, Scheduler
from server.stages.stage import Stage
from server.wire.messages import Controls, Set
from server.wire.protocol import PARTNER, Refusal, decode_frame

HERE = ("demo", "browser")
"""Sources that any server has; a camera of the lost machine becomes a performer in a browser."""


class TakeOver:
    """The way of a stage from another server to this one; belongs to the event loop."""

    def __init__(
        self,
        scheduler: Scheduler,
        clock: Callable[[], float],
        votes: CrowdDesk,
        cues: CueDesk | None,
    ) -> None:
        """Take what stages need.

        Args:
            scheduler: Steps this server's stages.
            clock: Monotonic time in seconds.
            votes: Holds this server's votes.
            cues: Holds this server's cue lists; None if it has none.
        """
        self._scheduler, self._clock = scheduler, clock
        self._votes, self._cues = votes, cues

    async def bring_up(self, name: str, lost: RelayedStage, measured: bool) -> Stage:
        """Return this server's stage of a name, made if there is none, as the lost one was.

        Args:
            name: Name of the stage.
            lost: What is known of it.
            measured: Whether the time of a tick decides if there is room, beside the number of
                stages.

        Raises:
            HouseFullError: If there is no room.
        """
        # A model may have to be loaded, and a camera opened.
        ours = await asyncio.to_thread(self._made, name, lost.hello.status.source, measured)
        for wish in _wishes(lost.hello.controls):
            try:
                ours.set(wish, self._clock())
            except Refusal as refusal:
                why = f"{refusal.detail}; taken over without it"
                self._scheduler.services.faults.count("take-over", BhavaError(why))
        self._votes.resume(ours, lost.hello.controls.audience_emotion)
        if self._cues is not None and lost.cued is not None:
            with self._scheduler.services.faults.survived("take-over"):
                await self._cues.inherit(ours, lost.cued)
        if (history := danced(lost)) is not None:
            ours.resume(history)
        return ours

    def _made(self, name: str, source: str, measured: bool) -> Stage:
        if name in self._scheduler.stages:
            return self._scheduler.stages[name]
        with self._scheduler.place(name, measured):
            spec = SourceSpec.parse(source if source in HERE else "browser")
            performer = open_source(spec, self._clock)
            performer.start()
            first = self._scheduler.stage(DEFAULT).controls
            controls = Controls(model=first.model, seed=self._scheduler.draw_seed())
            try:
                return self._scheduler.make(
                    name, performer, controls, usual_seat(spec), measured=False
                )
            except BhavaError:
                performer.close()
                raise


def _wishes(controls: Controls) -> list[Set]:
    """Return controls as one wish each: one that is refused takes no other with it.

    The model comes first, since it decides what the others may be; all else in any order, for the
    beat is by the one who keeps the tempo.
    """
    names = Set.model_fields.keys() & Controls.model_fields.keys() - {"type", "model"}
    return [
        Set.model_validate({name: getattr(controls, name)}) for name in ("model", *sorted(names))
    ]


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
