"""What happens on one stage, frame by frame: who is seen, and what each partner makes of them.

No clock lives here: each call is given the time. The same opening and inputs give the same frames.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from motion.clip import Clip, Pose
from motion.content import named_contents
from motion.emotion import weights_of
from motion.model.text import tokens_of
from motion.partner.partner import PartnerFrame
from server.capture.landmarks import PEOPLE, Sighting
from server.capture.performers import Performers
from server.interaction.frame_inputs import FrameInputs
from server.interaction.modes import ModePolicy
from server.interaction.partner_pool import (
    PartnerHandle,
    PartnerInputs,
    PartnerPool,
    PartnerSettings,
)
from server.telemetry.faults import Faults
from server.wire.messages import Controls
from server.wire.protocol import PARTNER, PERFORMER, Figure, FrameMessage

Array = np.ndarray

SPREAD = 1.4
"""Metres between partners who dance side by side."""

SPREAD_HALF_LIFE = 0.5
"""Seconds in which they come about half the way to their new places."""

SEED_STRIDE = 7919
"""Between the seeds of two partners of a stage; a prime, so that stages do not share them soon."""

PARTNER_WAITS = 4.0
"""Seconds for which a partner dances on without its dancer where each dancer has one."""


MOST_PARTNERS = PEOPLE
"""Partners of a stage: who jumps about is taken for one newcomer after the other."""

RULES = 6
"""Version of the rules by which partners answer performers; a take is computed again by its own."""


@dataclass(frozen=True, eq=False)
class Opening:
    """What a dance begins with.

    Attributes:
        controls: From the start.
        sequence: Number of the first frame.
        history: What was shown before; None lets the partner stand.
        rules: Version of the rules by which partners answer performers. Version 1 knew no colouring
            of what is followed, version 2 no limit to partners, version 3 no distance in a duet;
            by version 4 a partner kept it at one pace, whether a foot stood or not, by version 5
            it answered from a phrase's beginning in its mirror image, listened like a doll, and let
            people walk through it.
    """

    controls: Controls
    sequence: int = 0
    history: Clip | None = None
    rules: int = RULES


@dataclass(eq=False)
class _Pair:
    """A partner and the dancer that it is paired with."""

    policy: ModePolicy
    handle: PartnerHandle
    number: int = 0
    aside: float = 0.0  # metres to the left of the middle of the stage
    seen: float = float("-inf")  # when its dancer was last there


class Dance:
    """The partners of one stage and the performers whom they heed; belongs to one thread.

    Attributes:
        halted: Since when partners get no frames, for their model fails; None while it does not.
    """

    def __init__(self, pool: PartnerPool, faults: Faults, opening: Opening) -> None:
        """Begin.

        Args:
            pool: In which the partners dance.
            faults: Counts what goes wrong.
            opening: What it begins with.
        """
        self._pool, self._faults = pool, faults
        self._model, self._seed = opening.controls.model, opening.controls.seed
        self._contract = pool.contract(self._model)
        self._heeded = opening.controls, 1
        self._settings = self._settings_for(*self._heeded)
        self._performers = Performers()
        self._captured: float | None = None
        self._sequence, self._rules = opening.sequence, opening.rules
        self._gone = 0, 0
        self.halted: float | None = None
        self._pairs = [self._let_in(0, opening.history)]

    @property
    def people(self) -> int:
        """How many people are followed."""
        return len(self._performers.by_id)

    @property
    def partners(self) -> int:
        """How many partners dance."""
        return len(self._pairs)

    @property
    def interventions(self) -> tuple[int, int]:
        """How often partners had to be woken, and how often to be set up again."""
        raised, recovered = self._gone
        for pair in self._pairs:
            more_raised, more_recovered = self._pool.interventions(pair.handle)
            raised, recovered = raised + more_raised, recovered + more_recovered
        return raised, recovered

    def opening(self, controls: Controls) -> Opening:
        """Return what another dance has to begin with to go on from here."""
        return Opening(controls, self._sequence, self._pairs[0].policy.history, self._rules)

    def close(self) -> None:
        """Let all partners go."""
        for pair in self._pairs:
            self._pool.leave(pair.handle)
        self._pairs.clear()

    def requests(self, inputs: FrameInputs) -> dict[PartnerHandle, PartnerInputs]:
        """Take in what is seen, and return what each partner needs for its next frame."""
        controls = inputs.controls
        if inputs.sighting is not None:
            self._take_in(inputs.sighting, inputs.now)
        if (controls.model, controls.seed) != (self._model, self._seed):
            self._renew(controls)
        self._match_partners(inputs)
        if (asked := (controls, len(self._pairs))) != self._heeded:
            self._heeded, self._settings = asked, self._settings_for(*asked)
        return {pair.handle: self._inputs_of(pair, inputs) for pair in self._pairs}

    def compose(
        self, inputs: FrameInputs, frames: Mapping[PartnerHandle, PartnerFrame]
    ) -> FrameMessage:
        """Return the frame of the stage, from those of its partners."""
        halted, self.halted = self.halted, None
        for pair in self._pairs:
            if pair.handle in frames:
                pair.policy.note_shown(frames[pair.handle])
            else:  # its batch was given up with all in it
                self.halted = halted or inputs.now
                self._rejoin(pair)
        self._spread(1.0 / self._contract.fps)
        present = self._performers.present(inputs.now)
        message = FrameMessage(
            self._sequence,
            inputs.now,
            self._captured if present else None,
            self._settings.emotion,
            (*map(_partner, self._pairs), *map(self._performer, present)),
            bool(present),
        )
        self._sequence += 1
        return message

    def _take_in(self, sighting: Sighting, now: float) -> None:
        with self._faults.survived("performers"):
            self._performers.update(sighting, now)
            self._captured = sighting.time

    def _inputs_of(self, pair: _Pair, inputs: FrameInputs) -> PartnerInputs:
        policy, controls = pair.policy, inputs.controls
        performer = self._performers.by_id.get(policy.dancer)
        if performer is not None and not performer.present(inputs.now):
            performer = None
        if controls.mode != "solo":
            context = policy.due_context(performer, controls, inputs.now, asked=inputs.take_up)
            if context is not None:
                self._take_up(pair, context)
        lead = policy.lead(performer, controls, inputs.now)
        companion = policy.companion(performer, controls, pair.aside)
        return PartnerInputs(self._settings, lead, companion)

    def _settings_for(self, controls: Controls, partners: int) -> PartnerSettings:
        contract = self._contract
        return PartnerSettings(
            weights_of(controls.emotion, contract.emotions),
            controls.energy,
            min(2.0, controls.temperature * contract.temperature),
            controls.stage_radius / partners**0.5,
            tokens_of(controls.text, contract),
            named_contents(controls.content, contract.contents, self._model),
        )

    def _take_up(self, pair: _Pair, context: Clip) -> None:
        with self._faults.survived("take-up"):
            self._pool.take_up(pair.handle, context)

    def _match_partners(self, inputs: FrameInputs) -> None:
        """See that there is a partner for whom there has to be one, and for nobody else."""
        now = inputs.now
        first = self._pairs[0]
        if inputs.controls.dancers == "nearest":
            nearest = self._performers.nearest(now)
            first.policy.dancer = first.policy.dancer if nearest is None else nearest
            self._keep([first])
            return
        here = self._performers.present(now)
        for pair in self._pairs:
            if pair.policy.dancer in here:
                pair.seen = now
        # A partner whose dancer is hidden waits for them, instead of taking the next who comes.
        free = [pair for pair in self._pairs if now - pair.seen > PARTNER_WAITS]
        for identity in here:
            if identity in [pair.policy.dancer for pair in self._pairs]:
                continue
            if first in free:  # it never leaves, so it serves a newcomer before another is let in
                free.remove(first)
                first.policy.dancer, first.seen = identity, now
            elif self._rules >= 3 and len(self._pairs) >= MOST_PARTNERS:
                self._hand_over(identity, here, now)
            else:
                newcomer = self._let_in(identity, None)
                newcomer.seen = now
                taken = [pair.number for pair in self._pairs]
                newcomer.number = min(set(range(256)) - set(taken))
                self._pairs.append(newcomer)
        self._keep([p for p in self._pairs if p is first or p not in free or p.seen == now])

    def _hand_over(self, identity: int, here: Collection[int], now: float) -> None:
        """Let the partner that waits the longest serve a newcomer, if one waits."""
        waiting = [pair for pair in self._pairs if pair.policy.dancer not in here]
        if waiting:
            longest = min(waiting, key=lambda pair: pair.seen)
            longest.policy.dancer, longest.seen = identity, now

    def _keep(self, pairs: list[_Pair]) -> None:
        for pair in self._pairs:
            if pair not in pairs:
                self._leave(pair)
        self._pairs = pairs

    def _let_in(self, identity: int, history: Clip | None) -> _Pair:
        handle = self._pool.join(self._model, self._seed_of(identity), history)
        return _Pair(ModePolicy(self._contract, identity, history, self._rules), handle)

    def _seed_of(self, identity: int) -> int:
        """Return the seed of a dancer's partner: those of one stage must not dance alike."""
        return (self._seed + SEED_STRIDE * identity) % 2**32

    def _renew(self, controls: Controls) -> None:
        """Let the partners go on in another model, or with other chance."""
        self._model, self._seed = controls.model, controls.seed
        self._contract = self._pool.contract(self._model)
        for pair in self._pairs:
            self._leave(pair)
            self._rejoin(pair)

    def _rejoin(self, pair: _Pair) -> None:
        policy = pair.policy
        pair.handle = self._pool.join(self._model, self._seed_of(policy.dancer), policy.history)
        policy.change_model(self._contract)

    def _leave(self, pair: _Pair) -> None:
        raised, recovered = self._pool.interventions(pair.handle)
        self._gone = self._gone[0] + raised, self._gone[1] + recovered
        self._pool.leave(pair.handle)

    def _spread(self, dt: float) -> None:
        """Let partners side by side come to their places, the first in the middle of all."""
        middle = (len(self._pairs) - 1) / 2
        keep = 0.5 ** (dt / SPREAD_HALF_LIFE)
        for number, pair in enumerate(self._pairs):
            goal = (number - middle) * SPREAD
            pair.aside = goal + keep * (pair.aside - goal)

    def _performer(self, identity: int) -> Figure:
        pose = self._performers.by_id[identity].pose
        return Figure(PERFORMER, identity % 256, pose, np.zeros(4, bool))


def _partner(pair: _Pair) -> Figure:
    frame = pair.policy.frame
    pose = frame.pose
    if pair.aside:
        pose = Pose(pose.hips + np.array([pair.aside, 0.0, 0.0]), pose.rotations)
    return Figure(PARTNER, pair.number, pose, frame.contacts, frame.taken_up)
