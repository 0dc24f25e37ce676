"""What happens on one stage, frame by frame: who is seen, and what each partner makes of them.

No clock lives here: each call gets its moment. The same opening and moments give the same frames.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motion.clip import Clip, Pose
from motion.emotion import weights_of
from motion.model.text import tokens_of
from motion.partner.partner import PartnerFrame
from server.capture.performers import Performers
from server.interaction.frame_inputs import Moment
from server.interaction.modes import Pairing
from server.interaction.partner_pool import Ask, Place, Troupe
from server.telemetry.faults import Faults
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, PERFORMER, Figure, FrameMessage

Array = np.ndarray

SPREAD = 1.4
"""Metres between partners who dance side by side."""

SPREAD_HALF_LIFE = 0.5
"""Seconds in which they come about half the way to their new places."""

PATIENCE = 4.0
"""Seconds for which a partner dances on without its dancer where each dancer has one."""


@dataclass(frozen=True, eq=False)
class Opening:
    """What a dance begins with.

    Attributes:
        controls: From the start.
        sequence: Of the first frame.
        history: What was shown before; None lets the partner stand.
    """

    controls: Controls
    sequence: int = 0
    history: Clip | None = None


@dataclass(eq=False)
class _Duo:
    """A partner in the troupe, with its dancer."""

    pairing: Pairing
    place: Place
    number: int = 0
    aside: float = 0.0  # metres to the left of the middle of the stage
    seen: float = float("-inf")  # when its dancer was last there


class Dance:
    """The partners of one stage and the performers whom they heed; belongs to one thread.

    Attributes:
        halted: Since when partners get no frames, for their model fails; None while it does not.
    """

    def __init__(self, troupe: Troupe, faults: Faults, opening: Opening) -> None:
        """Begin.

        Args:
            troupe: In which the partners dance.
            faults: Counts what goes wrong.
            opening: What it begins with.
        """
        self._troupe, self._faults = troupe, faults
        self._model, self._seed = opening.controls.model, opening.controls.seed
        self._contract = troupe.contract(self._model)
        self._emotion: dict[str, float] = {}
        self._weights = weights_of(self._emotion, self._contract.emotions)
        self._text = ""
        self._tokens = tokens_of(self._text, self._contract)
        self._performers = Performers()
        self._captured: float | None = None
        self._sequence = opening.sequence
        self._counted = {"raised": 0, "recovered": 0}
        self.halted: float | None = None
        self._duos = [self._let_in(0, opening.history)]

    @property
    def people(self) -> int:
        """How many people are followed."""
        return len(self._performers.by_id)

    @property
    def partners(self) -> int:
        """How many partners dance."""
        return len(self._duos)

    @property
    def actions(self) -> dict[str, int]:
        """How often partners had to be woken (`raised`) and to be set up anew (`recovered`)."""
        raised, recovered = np.sum(
            [(0, 0), *(self._troupe.actions(duo.place) for duo in self._duos)], axis=0
        )
        return {
            "raised": self._counted["raised"] + int(raised),
            "recovered": self._counted["recovered"] + int(recovered),
        }

    def opening(self, controls: Controls) -> Opening:
        """Return what another dance has to begin with to go on from here."""
        return Opening(controls, self._sequence, self._duos[0].pairing.history)

    def close(self) -> None:
        """Let all partners go."""
        for duo in self._duos:
            self._troupe.leave(duo.place)
        self._duos.clear()

    def ask(self, moment: Moment) -> dict[Place, Ask]:
        """Look at what is seen, and return what the partners are asked for."""
        controls = moment.controls
        if moment.sighting is not None:
            self._look(moment)
        if (controls.model, controls.seed) != (self._model, self._seed):
            self._renew(controls)
        self._pair(moment)
        if controls.emotion != self._emotion:
            self._emotion = controls.emotion
            self._weights = weights_of(self._emotion, self._contract.emotions)
        if controls.text != self._text:
            self._text = controls.text
            self._tokens = tokens_of(self._text, self._contract)
        return {duo.place: self._ask(duo, moment) for duo in self._duos}

    def give(self, moment: Moment, frames: Mapping[Place, PartnerFrame]) -> FrameMessage:
        """Return the frame of the stage, from those of the troupe."""
        whole = all(duo.place in frames for duo in self._duos)
        self.halted = None if whole else self.halted or moment.now
        for duo in self._duos:
            if duo.place in frames:
                duo.pairing.show(frames[duo.place])
            else:  # its company was given up
                self._rejoin(duo, self._seed)
        self._spread(1.0 / self._contract.fps)
        present = self._performers.present(moment.now)
        message = FrameMessage(
            self._sequence,
            moment.now,
            self._captured if present else None,
            self._weights,
            (*map(_partner, self._duos), *map(self._performer, present)),
            bool(present),
        )
        self._sequence += 1
        return message

    def _look(self, moment: Moment) -> None:
        assert moment.sighting is not None
        with self._faults.survived("performers"):
            self._performers.update(moment.sighting, moment.now)
            self._captured = moment.sighting.time

    def _ask(self, duo: _Duo, moment: Moment) -> Ask:
        pairing, controls = duo.pairing, moment.controls
        performer = self._performers.by_id.get(pairing.dancer)
        if performer is not None and not performer.present(moment.now):
            performer = None
        if controls.mode != "solo":
            context = pairing.context(performer, controls, moment.now, asked=moment.take_up)
            if context is not None:
                self._take_up(duo, context)
        lead = pairing.lead(performer, controls, moment.now)
        temperature = min(2.0, controls.temperature * self._contract.temperature)
        radius = controls.stage_radius / len(self._duos) ** 0.5
        return Ask(self._weights, controls.energy, temperature, radius, lead, self._tokens)

    def _take_up(self, duo: _Duo, context: Clip) -> None:
        with self._faults.survived("take-up"):
            self._troupe.take_up(duo.place, context)

    def _pair(self, moment: Moment) -> None:
        """See that there is a partner for whom there has to be one, and for nobody else."""
        now = moment.now
        first = self._duos[0]
        if moment.controls.dancers == "nearest":
            nearest = self._performers.nearest(now)
            first.pairing.dancer = first.pairing.dancer if nearest is None else nearest
            self._keep([first])
            return
        here = self._performers.present(now)
        for duo in self._duos:
            if duo.pairing.dancer in here:
                duo.seen = now
        free = [duo for duo in self._duos if now - duo.seen > PATIENCE]
        for identity in here:
            if identity in [duo.pairing.dancer for duo in self._duos]:
                continue
            if first in free:
                free.remove(first)
                first.pairing.dancer, first.seen = identity, now
            else:
                newcomer = self._let_in(identity, None)
                newcomer.seen = now
                taken = [duo.number for duo in self._duos]
                newcomer.number = min(set(range(256)) - set(taken))
                self._duos.append(newcomer)
        self._keep([duo for duo in self._duos if duo is first or duo not in free])

    def _keep(self, duos: list[_Duo]) -> None:
        for duo in self._duos:
            if duo not in duos:
                self._leave(duo)
        self._duos = duos

    def _let_in(self, identity: int, history: Clip | None) -> _Duo:
        seed = self._seed + 7919 * identity  # a stage's partners must not dance alike
        place = self._troupe.join(self._model, seed % 2**32, history)
        return _Duo(Pairing(self._contract, identity, history), place)

    def _renew(self, controls: Controls) -> None:
        """Let the partners go on in another model, or with other chance."""
        self._model, self._seed = controls.model, controls.seed
        self._contract = self._troupe.contract(self._model)
        self._weights = weights_of(controls.emotion, self._contract.emotions)
        self._text = controls.text
        self._tokens = tokens_of(self._text, self._contract)
        for duo in self._duos:
            self._leave(duo)
            self._rejoin(duo, self._seed)

    def _rejoin(self, duo: _Duo, seed: int) -> None:
        seed = (seed + 7919 * duo.pairing.dancer) % 2**32
        duo.place = self._troupe.join(self._model, seed, duo.pairing.history)
        duo.pairing.change(self._contract)

    def _leave(self, duo: _Duo) -> None:
        raised, recovered = self._troupe.actions(duo.place)
        self._counted["raised"] += raised
        self._counted["recovered"] += recovered
        self._troupe.leave(duo.place)

    def _spread(self, dt: float) -> None:
        """Let partners side by side come to their places, the first in the middle of all."""
        middle = (len(self._duos) - 1) / 2
        keep = 0.5 ** (dt / SPREAD_HALF_LIFE)
        for number, duo in enumerate(self._duos):
            goal = (number - middle) * SPREAD
            duo.aside = goal + keep * (duo.aside - goal)

    def _performer(self, identity: int) -> Figure:
        pose = self._performers.by_id[identity].pose
        return Figure(PERFORMER, identity % 256, pose, np.zeros(4, bool))


def _partner(duo: _Duo) -> Figure:
    frame = duo.pairing.frame
    pose = Pose(frame.pose.hips + np.array([duo.aside, 0.0, 0.0]), frame.pose.rotations)
    return Figure(PARTNER, duo.number, pose, frame.contacts, frame.taken_up)
