"""A live show in the event loop: what operators set, checked, and what a browser sees."""

from collections.abc import Mapping

from motion.clip import Clip
from motion.content import named_contents
from motion.emotion import weights_of
from motion.errors import BhavaError, ConditionError
from motion.model.text import check_prompt
from server.capture.landmarks import Sighting
from server.capture.source_selector import SourceSelector
from server.interaction.fade import Fade
from server.sentence import Sentence, sentence_of
from server.stages.live_show import Orders
from server.stages.services import Services
from server.stages.show import ShowReport, SourceStatus
from server.wire.messages import Beat, Controls, Set
from server.wire.protocol import Refusal

LABELLED = {"model", "emotion", "content", "text"}
"""Controls whose values a model has to know; all others are checked as they are read."""

HEARING = 0.4
"""Seconds in which the show goes to what the audience now wants: two steps of a fade."""


class LiveControl:
    """Takes in what clients wish of a live show; belongs to the event loop.

    Attributes:
        refused: Why the newest change of model or the recording failed; None if it did not.
        selector: What is seen of performers.
    """

    def __init__(
        self, name: str, services: Services, selector: SourceSelector, orders: Orders
    ) -> None:
        """Begin with what is ordered already.

        Args:
            name: Name of the stage.
            services: Shared by all stages.
            selector: What is seen of performers.
            orders: Read by the show.
        """
        self.refused: Sentence | None = None
        self.selector = selector
        self._name, self._services, self._orders = name, services, orders

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models to choose from."""
        return self._services.registry.names

    @property
    def controls(self) -> Controls:
        """The controls as clients are told them; a fade may still be on the way."""
        return self._orders.fade.goal

    @property
    def source(self) -> SourceStatus:
        """Where performers come from now."""
        source = self.selector.source
        return SourceStatus(
            source.name, source.state, source.detail, source is self.selector.browser
        )

    @property
    def sighting(self) -> Sighting | None:
        """What was seen last; None before anything was."""
        return self.selector.newest

    def set(self, wish: Set, report: ShowReport, now: float) -> None:
        """Change some of the controls.

        Raises:
            Refusal: `invalid_message` or `unknown_model`.
        """
        controls = self.controls.model_copy(update=wish.changes)
        _check_timekeeper(wish, controls)
        if controls.model not in self.models:
            said = Sentence.of("model", models=", ".join(self.models), got=controls.model)
            raise Refusal("unknown_model", said)
        if wish.changes.keys() & LABELLED:
            self._check(controls, report)
        self._orders.fade = self._orders.fade.towards(controls, wish.changes.keys(), wish.fade, now)
        self.refused = None

    def hear_audience(self, emotion: Mapping[str, float], now: float) -> None:
        """Take in what the audience votes for, weight by label."""
        goal = self.controls.model_copy(update={"audience_emotion": dict(emotion)})
        self._orders.fade = self._orders.fade.towards(goal, ["audience_emotion"], HEARING, now)

    def take_up(self, performer_present: bool) -> None:
        """Let the partner take the performer up again.

        Raises:
            Refusal: `performer_absent`.
        """
        if not performer_present:
            raise Refusal("performer_absent", Sentence.of("performer"))
        self._orders.request_take_up()

    def resume(self, history: Clip) -> None:
        """Let the partner go on from what was shown elsewhere."""
        self._orders.resume(history)

    def receive(self, sighting: Sighting) -> None:
        """Take in what a performer's browser sees."""
        self.selector.browser.receive(sighting)

    def settle(self, report: ShowReport) -> None:
        """Take back a model that cannot be loaded, and a recording that has failed."""
        registry = self._services.registry
        why = registry.failed(self.controls.model)
        if why:
            registry.forget(self.controls.model)
            self._take_back({"model": report.model}, why)
        take = report.take
        if take is not None and take.failed and self.controls.recording:
            self._take_back({"recording": False}, take.failed)

    def _check(self, controls: Controls, report: ShowReport) -> None:
        if controls.model != report.model:
            # A model that is still to be loaded has labels that nobody knows yet.
            _check_weights(controls, tuple(controls.emotion), tuple(controls.content))
            return
        contract = report.contract
        # What a model before was asked to dance stays, unheard by this one.
        asked = controls.content != self.controls.content
        contents = contract.contents if asked else tuple(controls.content)
        _check_weights(controls, contract.emotions, contents)
        if controls.text not in ("", self.controls.text):
            try:
                check_prompt(controls.text, contract)
            except ConditionError as error:
                raise _unfit(error) from error

    def _take_back(self, update: dict[str, object], why: Sentence) -> None:
        self._services.faults.count(f"stage {self._name}", BhavaError(str(why)))
        self._orders.fade = Fade(self.controls.model_copy(update=update))
        self.refused = why


def _check_timekeeper(wish: Set, controls: Controls) -> None:
    """Refuse a beat by anybody but the one who keeps the time; to end it is free to all."""
    beat = wish.changes.get("beat")
    if isinstance(beat, Beat) and controls.tempo not in ("any", beat.by):
        said = Sentence.of("timekeeper", wanted=controls.tempo, got=str(beat.by))
        raise Refusal("invalid_message", said)


def _check_weights(
    controls: Controls, emotions: tuple[str, ...], contents: tuple[str, ...]
) -> None:
    try:
        weights_of(controls.emotion, emotions)
        named_contents(controls.content, contents, controls.model)
    except ConditionError as error:
        raise _unfit(error) from error


def _unfit(error: ConditionError) -> Refusal:
    return Refusal("invalid_message", Sentence.of("condition", reason=sentence_of(error)))
