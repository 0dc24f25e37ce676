"""A live show in the scheduler's thread: partners who dance before a performer, and its take.

No clock lives here. What the event loop wants comes through `Orders`, and nothing else does.
"""

from collections.abc import Mapping, Sequence

from motion.clip import Clip
from motion.emotion import shared_weights
from motion.model.contract import Contract
from motion.partner.partner import PartnerFrame
from server.capture.source_selector import SourceSelector
from server.interaction.dance import Dance, Opening
from server.interaction.fade import Fade
from server.interaction.frame_inputs import FrameInputs
from server.interaction.partner_pool import PartnerHandle, PartnerInputs
from server.stages.services import Services
from server.stages.show import ShowReport
from server.takes.writer import TakeWriter
from server.wire.messages import Controls
from server.wire.protocol import FrameMessage


class Orders:
    """What the event loop hands to the thread of a live show; each part is replaced as a whole.

    Attributes:
        fade: Where the controls go, and how far they have come.
    """

    def __init__(self, fade: Fade) -> None:
        self.fade = fade
        self._take_up = False
        self._history: Clip | None = None

    def resume(self, history: Clip) -> None:
        """Let the next frame go on from what was shown elsewhere."""
        self._history = history

    def accept_history(self) -> Clip | None:
        """Return what the next frame is to go on from, once."""
        history, self._history = self._history, None
        return history

    def request_take_up(self) -> None:
        """Let the next frame take the performer up."""
        self._take_up = True

    def accept_take_up(self) -> bool:
        """Tell whether a take-up was requested since this was called last."""
        requested, self._take_up = self._take_up, False
        return requested


class LiveShow:
    """Partners before a performer; belongs to the scheduler's thread."""

    def __init__(
        self, name: str, services: Services, selector: SourceSelector, orders: Orders
    ) -> None:
        """Prepare a show; its partners are let in with the first frame.

        Args:
            name: Name of the stage.
            services: Shared by all stages.
            selector: What is seen; its source has started.
            orders: Written by the event loop; the model of its goal is loaded.
        """
        self._name, self._services = name, services
        self._selector, self._orders = selector, orders
        self._resolved = orders.fade.goal
        self._wanted: Controls | None = None
        self._model = self._resolved.model
        self._contract = self._contract_of(self._model)
        self._dance: Dance | None = None
        self._take: TakeWriter | None = None

    @property
    def report(self) -> ShowReport:
        """How it is now."""
        dance, contract = self._dance, self._contract
        if dance is None:
            return ShowReport(self._model, contract, take=self._take)
        raised, recovered = dance.interventions
        return ShowReport(
            self._model, contract, dance.partners, raised, recovered, dance.halted, self._take
        )

    def frame_inputs(self, now: float) -> FrameInputs:
        """Return all that decides the next frame."""
        take_up = self._orders.accept_take_up()
        wanted = self._orders.fade.controls_at(now)
        # A model that still loads is waited for while the one before it dances on.
        if wanted.model != self._model and self._services.registry.ready(wanted.model):
            self._model, self._contract = wanted.model, self._contract_of(wanted.model)
        if (wanted, self._model) != (self._wanted, self._resolved.model):
            self._wanted, self._resolved = wanted, self._resolve(wanted)
        self._begin_or_end_take(self._resolved)
        return FrameInputs(now, self._selector.latest(now), self._resolved, take_up)

    def requests(self, inputs: FrameInputs) -> dict[PartnerHandle, PartnerInputs]:
        """Return what each of its partners needs for the frame."""
        self._go_on_from_elsewhere(inputs.controls)
        if self._dance is None:
            opening = Opening(inputs.controls)
            self._dance = Dance(self._services.pool, self._services.faults, opening)
        return self._dance.requests(inputs)

    def compose(
        self, inputs: FrameInputs, frames: Mapping[PartnerHandle, PartnerFrame]
    ) -> FrameMessage:
        """Return the frame of the stage, from those of all partners."""
        assert self._dance is not None
        return self._dance.compose(inputs, frames)

    def record(self, inputs: FrameInputs, encoded: bytes) -> None:
        """Write the bytes of the frame to the take, if there is one."""
        if self._take is not None:
            self._take.record(inputs, encoded)

    def end(self) -> None:
        """Let its partners go and end its take; may be called twice."""
        if self._dance is not None:
            self._dance.close()
        if self._take is not None:
            self._take.stop()

    def close(self) -> None:
        """End it, and stop the source; may take a second."""
        self.end()
        self._selector.close()

    def _contract_of(self, model: str) -> Contract:
        return self._services.registry.engine(model).contract

    def _resolve(self, controls: Controls) -> Controls:
        """Give the audience its share, and leave out what the model that dances does not know."""
        contract = self._contract
        own, audience = controls.emotion, controls.audience_emotion
        emotion = shared_weights(own, audience, controls.audience_share)
        known = {
            "model": self._model,
            "emotion": _named_in(contract.emotions, emotion),
            "content": _named_in(contract.contents, controls.content),
            "text": controls.text if contract.text_width else "",
        }
        return controls.model_copy(update=known)

    def _go_on_from_elsewhere(self, controls: Controls) -> None:
        """Begin the dance again with what was shown elsewhere; a take keeps to its own."""
        history = None if self._take is not None else self._orders.accept_history()
        if history is None:
            return
        sequence = 0
        if self._dance is not None:
            sequence = self._dance.opening(controls).sequence
            self._dance.close()
        opening = Opening(controls, sequence, history)
        self._dance = Dance(self._services.pool, self._services.faults, opening)

    def _begin_or_end_take(self, controls: Controls) -> None:
        """Begin or end a take.

        The dance begins again with a take, from what was shown last: then the take holds all that
        its frames were made from, and they can be computed again to the bit.
        """
        if self._take is not None and not (controls.recording and self._take.recording):
            self._take.stop()
        if controls.recording and self._take is None and self._dance is not None:
            opening = self._dance.opening(controls)
            self._dance.close()
            self._dance = Dance(self._services.pool, self._services.faults, opening)
            self._take = self._services.open_take(self._name, opening)
        elif not controls.recording:
            self._take = None


def _named_in(labels: Sequence[str], weights: Mapping[str, float]) -> dict[str, float]:
    return {label: weight for label, weight in weights.items() if label in labels}
