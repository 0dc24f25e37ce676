"""All partners of a server, in one batch for each model: each model is called once in a tick."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from motion.clip import Clip, Pose
from motion.model.contract import Contract
from motion.model.engine import Engine
from motion.partner.companion import Companion
from motion.partner.feeling import Felt, feel_together
from motion.partner.lead import Lead
from motion.partner.partner import PartnerFrame
from motion.partner.partner_batch import PartnerBatch
from server.telemetry.faults import Faults

Array = np.ndarray


class PartnerSettings(NamedTuple):
    """What partners are asked for, until somebody asks for something else.

    Attributes:
        emotion: Weights over the labels of its model, (E,).
        energy: In [0.5, 2].
        temperature: In [0, 2].
        stage_radius: Metres.
        text: A prompt as its model takes it, zeros for none, (T,).
        content: Weights over the contents of its model, (C,).
    """

    emotion: Float[Array, " E"]
    energy: float
    temperature: float
    stage_radius: float
    text: Float[Array, " T"]
    content: Float[Array, " C"]


class PartnerInputs(NamedTuple):
    """What one frame of one partner is made from.

    Attributes:
        settings: The same object as in the frame before, as long as nothing else is asked for.
        lead: Motion that it follows, if any.
        companion: Dancer with whom it keeps company, if any.
    """

    settings: PartnerSettings
    lead: Lead | None = None
    companion: Companion | None = None


class PartnerHandle:
    """Names a partner of the pool; a key, and nothing more."""

    def __init__(self, model: str, slot: int) -> None:
        self.model, self.slot = model, slot


class PartnerPool:
    """Batches of partners by model. Knows no stage; belongs to one thread."""

    def __init__(self, engine_of: Callable[[str], Engine], faults: Faults) -> None:
        """Begin without partners.

        Args:
            engine_of: Returns the engine of a model that is loaded, by name.
            faults: Counts what goes wrong.
        """
        self._engine_of, self._faults = engine_of, faults
        self._batches: dict[str, PartnerBatch] = {}
        # In the order of joining, with the settings that the batch has.
        self._handles: dict[str, dict[PartnerHandle, PartnerSettings | None]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._handles.values()))

    def contract(self, model: str) -> Contract:
        """Return what a model promises."""
        return self._engine_of(model).contract

    def join(self, model: str, seed: int, context: Clip | None) -> PartnerHandle:
        """Let a partner in, who goes on from a motion at once, or stands at the origin."""
        if model not in self._batches:
            self._batches[model] = PartnerBatch(self._engine_of(model), [])
            self._handles[model] = {}
        handle = PartnerHandle(model, self._batches[model].add_partner(seed))
        if context is not None:
            self._batches[model].take_up(handle.slot, context)
        self._handles[model][handle] = None
        return handle

    def leave(self, handle: PartnerHandle) -> None:
        """Let a partner go; may be called for one that was lost."""
        if handle in self._handles.get(handle.model, ()):
            del self._handles[handle.model][handle]
            self._batches[handle.model].remove_partner(handle.slot)

    def take_up(self, handle: PartnerHandle, context: Clip) -> None:
        """Let a partner go on from a dancer's motion; see `PartnerBatch.take_up`."""
        self._batches[handle.model].take_up(handle.slot, context)

    def interventions(self, handle: PartnerHandle) -> tuple[int, int]:
        """Return how often a partner had to be woken, and to be set up anew."""
        if handle not in self._handles.get(handle.model, ()):
            return 0, 0
        return self._batches[handle.model].interventions(handle.slot)

    def advance(
        self, requests: Mapping[PartnerHandle, PartnerInputs]
    ) -> dict[PartnerHandle, PartnerFrame]:
        """Return the next frame of every partner; one without a request dances without emotion.

        A batch that fails is given up, with all in it: they are missing, and have to join again.
        """
        frames: dict[PartnerHandle, PartnerFrame] = {}
        for model in list(self._batches):
            with self._given_up_on_failure(model):
                frames |= self._advance(model, requests)
        return frames

    def think_ahead(self) -> None:
        """Generate what no frame needs yet; see `PartnerBatch.think_ahead`."""
        for model, batch in list(self._batches.items()):
            with self._given_up_on_failure(model):
                batch.think_ahead()

    @contextmanager
    def _given_up_on_failure(self, model: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self._faults.count(f"model {model}", error)
            del self._batches[model], self._handles[model]

    def _advance(
        self, model: str, requests: Mapping[PartnerHandle, PartnerInputs]
    ) -> dict[PartnerHandle, PartnerFrame]:
        batch, handles = self._batches[model], self._handles[model]
        if not handles:
            return {}
        emotion = np.zeros((len(batch), len(self.contract(model).emotions)), np.float32)
        energy = np.ones(len(batch))
        leads: dict[int, Lead] = {}
        companions: dict[int, Companion] = {}
        for handle, known in handles.items():
            if handle not in requests:
                continue
            (settings, lead, companion), slot = requests[handle], handle.slot
            emotion[slot], energy[slot] = settings.emotion, settings.energy
            if settings is not known:
                handles[handle] = settings
                batch.temperature[slot] = settings.temperature
                batch.stage_radius[slot] = settings.stage_radius
                batch.text[slot] = settings.text
                batch.content[slot] = settings.content
            if lead is not None:
                leads[slot] = lead
            if companion is not None:
                companions[slot] = companion
        self._feel(leads)
        frames = batch.advance(emotion, energy, leads, companions)
        return {
            handle: PartnerFrame(
                Pose(frames.hips[handle.slot], frames.rotations[handle.slot]),
                frames.contacts[handle.slot],
                bool(frames.taken_up[handle.slot]),
            )
            for handle in handles
        }

    def _feel(self, leads: dict[int, Lead]) -> None:
        """Colour what is followed in one pass; a motion that cannot be is followed by nobody."""
        promised = {s: lead.motion for s, lead in leads.items() if isinstance(lead.motion, Felt)}
        try:
            feel_together(list(promised.values()))
        except Exception:  # of one among them: each by itself then
            for slot, felt in promised.items():
                try:
                    feel_together([felt])
                except Exception as error:
                    self._faults.count("lead", error)
                    del leads[slot]
