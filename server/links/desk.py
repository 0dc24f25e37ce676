"""What links do to stages."""

from collections.abc import Callable

from motion.errors import CueError
from server.links.link import Traffic
from server.links.patch import REFRESH, Action, Pending, StageView
from server.sentence import Sentence
from server.wire.messages import Set
from server.wire.protocol import Refusal


class Desk:
    """The stages as links see and change them; made by who owns them."""

    def __init__(
        self,
        stages: Callable[[], list[StageView]],
        set_controls: Callable[[str, Set], None],
        act: Callable[[str, Action], None],
        chase: Callable[[str, float, float, float], None],
        clock: Callable[[], float],
    ) -> None:
        """Take five functions.

        Args:
            stages: Returns all stages.
            set_controls: Changes controls of a stage by name; may raise Refusal.
            act: Does something on a stage by name; may raise Refusal or CueError.
            chase: Takes in a timecode that runs the cue list of a stage by name: its position,
                its speed, and when it was there, as `TimecodeChase.tell` does; may raise CueError.
            clock: Monotonic time in seconds.
        """
        self.stages, self.chase, self.clock = stages, chase, clock
        self._set_controls, self._act = set_controls, act

    def carry_out(self, pending: dict[str, Pending], traffic: Traffic) -> None:
        """Change stages; what they refuse is counted, and leaves all else be.

        Args:
            pending: Changes by name of the stage.
            traffic: Counts refusals.
        """
        for name, note in pending.items():
            for wish in note.wishes():
                with Counted(traffic):
                    self._set_controls(name, wish)
            for action in note.actions:
                if action == REFRESH:
                    continue
                with Counted(traffic):
                    self._act(name, action)


class Counted:
    """Lets a refusal be counted; not one of `contextlib`, which costs more than many a change."""

    __slots__ = ("_traffic",)

    def __init__(self, traffic: Traffic) -> None:
        """Count at a link."""
        self._traffic = traffic

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Refusal | CueError):
            return False
        detail = error.detail if isinstance(error, Refusal) else str(error)
        said: Sentence | None = getattr(error, "sentence", None)
        self._traffic.refuse(said or Sentence.of("stage_refuses", detail=detail))
        return True
