"""All partners of a server, in one company for each model: each model is called once in a tick."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion.clip import Clip, Pose
from motion.model.contract import Contract
from motion.model.engine import Engine
from motion.partner.lead import Lead
from motion.partner.partner import PartnerFrame
from motion.partner.partner_batch import PartnerBatch
from server.telemetry.faults import Faults

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Ask:
    """What a partner is asked for in one frame.

    Attributes:
        emotion: Weights over the labels of its model, (E,).
        energy: In [0.5, 2].
        temperature: In [0, 2].
        stage_radius: Metres.
        lead: Whom it follows, if anybody.
        text: A prompt as its model takes it, zeros for none, (T,).
    """

    emotion: Float[Array, " E"]
    energy: float
    temperature: float
    stage_radius: float
    lead: Lead | None
    text: Float[Array, " T"]


class Place:
    """A partner's place in a company; a key, and nothing more."""

    def __init__(self, model: str, slot: int) -> None:
        self.model, self.slot = model, slot


class Troupe:
    """Companies by model. Knows no stage; belongs to one thread."""

    def __init__(self, engine_of: Callable[[str], Engine], faults: Faults) -> None:
        """Set up an empty troupe.

        Args:
            engine_of: Returns the engine of a model that is loaded, by name.
            faults: Counts what goes wrong.
        """
        self._engine_of, self._faults = engine_of, faults
        self._companies: dict[str, PartnerBatch] = {}
        self._places: dict[str, list[Place]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._places.values()))

    def contract(self, model: str) -> Contract:
        """Return what a model promises."""
        return self._engine_of(model).contract

    def join(self, model: str, seed: int, context: Clip | None) -> Place:
        """Let a partner in, who goes on from a motion at once, or stands at the origin."""
        if model not in self._companies:
            self._companies[model] = PartnerBatch(self._engine_of(model), [])
            self._places[model] = []
        place = Place(model, self._companies[model].add_partner(seed))
        if context is not None:
            self._companies[model].take_up(place.slot, context)
        self._places[model].append(place)
        return place

    def leave(self, place: Place) -> None:
        """Let a partner go; may be called for one that was lost."""
        if place in self._places.get(place.model, []):
            self._places[place.model].remove(place)
            self._companies[place.model].remove_partner(place.slot)

    def take_up(self, place: Place, context: Clip) -> None:
        """Let a partner go on from a dancer's motion; see `PartnerBatch.take_up`."""
        self._companies[place.model].take_up(place.slot, context)

    def actions(self, place: Place) -> tuple[int, int]:
        """Return how often a partner had to be woken, and to be set up anew."""
        if place not in self._places.get(place.model, []):
            return 0, 0
        company = self._companies[place.model]
        return int(company.boost_count[place.slot]), int(company.recoveries[place.slot])

    def advance(self, asks: Mapping[Place, Ask]) -> dict[Place, PartnerFrame]:
        """Return the next frame of every partner; one that nobody asks dances without emotion.

        A company that fails is given up, with all in it: they are missing, and have to join anew.
        """
        frames: dict[Place, PartnerFrame] = {}
        for model in list(self._companies):
            try:
                frames |= self._advance(model, asks)
            except Exception as error:
                self._faults.count(f"model {model}", error)
                del self._companies[model], self._places[model]
        return frames

    def _advance(self, model: str, asks: Mapping[Place, Ask]) -> dict[Place, PartnerFrame]:
        company, places = self._companies[model], self._places[model]
        if not places:
            return {}
        emotion = np.zeros((len(company), len(self.contract(model).emotions)), np.float32)
        energy = np.ones(len(company))
        leads = {}
        for place in places:
            if place not in asks:
                continue
            ask, slot = asks[place], place.slot
            emotion[slot], energy[slot] = ask.emotion, ask.energy
            company.temperature[slot] = ask.temperature
            company.stage_radius[slot] = ask.stage_radius
            company.text[slot] = ask.text
            if ask.lead is not None:
                leads[slot] = ask.lead
        frames = company.advance(emotion, energy, leads)
        return {
            place: PartnerFrame(
                Pose(frames.hips[place.slot], frames.rotations[place.slot]),
                frames.contacts[place.slot],
                bool(frames.taken_up[place.slot]),
            )
            for place in places
        }
