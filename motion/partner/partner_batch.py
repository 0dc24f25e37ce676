"""A batch of partners that dance side by side, each an endless stream of poses.

model step → sample → smoothing → leads → stage bounds → poses → inertialisation → grounding → foot
lock, for all at once. No IO, no clock; the same seed and the same calls give a partner the same
motion, to the bit, whatever else is in the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from motion import features, kinematics
from motion.clip import Clip
from motion.model.engine import Engine
from motion.partner.asked import Asked, Wishes
from motion.partner.companion import Companion, headings, keep_distance
from motion.partner.inertialisation import Poses
from motion.partner.lead import Lead, follow_leads
from motion.partner.partner_state import FRAMES_BETWEEN_REWINDS, PartnerState
from motion.partner.smoothing import REACH, smooth
from motion.partner.stage_bounds import bend_inwards, face, hold_back
from motion.partner.token_stream import BatchItem, TokenStream, advance_streams, generate
from motion.skeleton import CANONICAL

Array = np.ndarray

STAGE_RADIUS = 2.5
"""Metres from the origin within which a partner dances, unless it is given another radius."""

LOST_DISTANCE = 0.5
"""Metres beyond the edge of its stage at which a partner is put back on it."""

REWIND_THRESHOLD = 0.01
"""Change of a weight, energy, temperature, guidance or prompt from which a stream is rewound."""


@dataclass(frozen=True, eq=False)
class BatchFrames:
    """Poses of all partners at their time; rows of empty slots stand.

    Attributes:
        hips: World positions of the hips, metres, (B, 3).
        rotations: Local unit quaternions, (B, J, 4).
        contacts: Whether each of `kinematics.CONTACT_JOINTS` stands, (B, 4).
        taken_up: Whether the partner goes on from a dancer with this frame, (B,).
    """

    hips: Float[Array, "B 3"]
    rotations: Float[Array, "B J 4"]
    contacts: Bool[Array, "B 4"]
    taken_up: Bool[Array, "B"]


class PartnerBatch:
    """Partners that dance on from the motion they took up, each in its emotion, in slots.

    Every partner stands at the origin at first. One whose model gives no possible motion, or that
    is lost, starts again from standing; the change is inertialised. A slot is a row of all arrays;
    a slot that is left stays empty until a partner is added.
    """

    def __init__(
        self, engine: Engine, seeds: Sequence[int], stage_radius: float = STAGE_RADIUS
    ) -> None:
        """Set up partners.

        Args:
            engine: The model of all partners.
            seeds: Random seed of each partner's motion.
            stage_radius: How far from the origin they may go, metres.

        Raises:
            ModelContractError: If the model's skeleton is not the canonical one.
        """
        engine.contract.require_canonical()
        self.fps = engine.contract.fps
        self._engine, self._default_radius = engine, stage_radius
        self._early: list[BatchItem] = []
        self._streams: list[TokenStream | None] = [TokenStream(engine, seed) for seed in seeds]
        self._standing_window = TokenStream(engine, 0).next_window()
        self._state = PartnerState(engine, seeds, stage_radius)
        self._asked: Asked | None = None
        self._asked_bytes = b""

    def __len__(self) -> int:
        return len(self._streams)

    def interventions(self, slot: int) -> tuple[int, int]:
        """Return how often a partner that almost stood was boosted, and how often one restarted."""
        stream = self._streams[slot]
        return int(self._state.watchdog.boost_count[slot]), stream.recoveries if stream else 0

    @property
    def recoveries(self) -> Int[Array, "B"]:
        """How often each partner had to start again from standing."""
        return np.array([stream.recoveries if stream else 0 for stream in self._streams], int)

    @property
    def temperature(self) -> Float[Array, "B"]:
        """Unitless, in [0, 2]; may be written into."""
        return self._state.temperature

    @property
    def guidance(self) -> Float[Array, "B"]:
        """At intensity 1, unitless, from 0; may be written into."""
        return self._state.guidance

    @property
    def text(self) -> Float[Array, "B T"]:
        """Each partner's prompt, from `motion.model.text.tokens_of`; may be written into."""
        return self._state.text

    @property
    def content(self) -> Float[Array, "B C"]:
        """What each dances: weights over the contract's contents, from 0 with a sum up to 1.

        The usual content at first; may be written into.
        """
        return self._state.content

    @property
    def stage_radius(self) -> Float[Array, "B"]:
        """How far from the origin each may go, metres; may be written into."""
        return self._state.stage_radius

    def add_partner(self, seed: int) -> int:
        """Add a partner and return its slot: an empty one, or a new one."""
        stream = TokenStream(self._engine, seed)
        fresh = PartnerState(self._engine, [seed], self._default_radius)
        if None not in self._streams:
            self._streams.append(stream)
            self._state.append_rows(fresh)
            return len(self._streams) - 1
        slot = self._streams.index(None)
        self._streams[slot] = stream
        self._state.reset_row(slot, fresh)
        return slot

    def remove_partner(self, slot: int) -> None:
        """Empty a slot."""
        self._streams[slot] = None

    def take_up(self, slot: int, context: Clip) -> None:
        """Let a partner go on from another motion.

        It stays at its own place and dances on during the prefill, a quarter of a second at most;
        one that has shown nothing yet takes the context's place and begins at once.

        Args:
            slot: Slot of the partner.
            context: At least as long as one step of the model; its last seconds count.
        """
        stream, state = self._streams[slot], self._state
        if stream is None:
            raise IndexError(f"slot: expected one that is taken, got {slot}, which is empty")
        context = context.resampled(self.fps)
        stream.prefill(features.from_clip(context), at_once=not state.begun[slot])
        if not state.begun[slot]:
            state.place_partner(slot, context)

    def think_ahead(self) -> None:
        """Generate the tokens that no frame needs yet, while nobody waits for one.

        `advance` does so first if it was not done since the last frame; the motion is the same.
        """
        items, self._early = self._early, []
        if items:
            generate(self._engine, items)

    def advance(
        self,
        emotion: Float[Array, "B E"],
        energy: Float[Array, "B"],
        leads: Mapping[int, Lead] | None = None,
        companions: Mapping[int, Companion] | None = None,
    ) -> BatchFrames:
        """Return the next frame of all partners.

        Args:
            emotion: Weights over the contract's emotions, from 0. Their sum is the intensity: 0
                is no emotion, 1 as people show it, 1.5 the most.
            energy: 1 is usual for the emotion; in [0.5, 2].
            leads: Dancers that partners follow, by slot.
            companions: Dancers with whom they keep company, by slot.

        Raises:
            ConditionError: If emotion or energy is out of range for a partner; then none advances.
        """
        self.think_ahead()
        state, dt = self._state, 1.0 / self.fps
        target = self._condition_streams(emotion, energy)
        self._assign_leads(leads or {})
        streams = [stream for stream in self._streams if stream]
        self._early = advance_streams(self._engine, streams)
        windows, changed, taken_up = self._next_windows()
        self._begin_transitions(windows, changed, leads or {})
        # In features, where a change of course is two numbers. A lead decides where its follower
        # faces, so it comes after the turn to the audience; who keeps company turns even so. The
        # stage's edge holds for all.
        alone, together = headings(companions or {}, state.root)
        frames = face(smooth(windows, self.fps, self._engine.contract.accent), state.root, alone)
        frames = self._mix_leads(frames, leads or {})
        if companions:
            frames = face(frames, state.root, together, 0.0)
        frames = bend_inwards(frames, state.root, state.stage_radius)
        root = features.next_root(state.root, frames, self.fps)
        # From here on in poses. Feet come last: they must stand in what is shown, offsets and all.
        poses = state.inertialiser.add_offsets(features.to_poses(frames, root), dt)
        claimed = frames[:, features.PART["contacts"]]
        poses, positions = self._ground_figures(poses, root, claimed, companions or {})
        rotations, contacts = state.foot_lock.lock_feet(
            poses, positions, state.positions, claimed, dt
        )
        # The part of its motion that a partner copies from its lead tells nothing about the model:
        # the governor and the watchdog see it as on target.
        own = np.ones(len(self))
        for slot, lead in (leads or {}).items():
            own[slot] -= lead.shown_share
        # Recorded are the poses before the foot lock, which corrects the next ones from there.
        speed = target + own * (state.record_shown(poses, positions) / dt - target)
        state.swell.advance(dt)
        state.phrasing.advance(dt)
        state.governor.measure(speed, target, dt)
        stuck = state.watchdog.find_stuck(speed, target, dt)
        # The model's own output is watched for drift: nothing after it may hide what it gives.
        self._recover_lost(state.drift.find_drifted(windows[:, REACH], dt) | stuck)
        return BatchFrames(poses[0], rotations, contacts, taken_up)

    def _ground_figures(
        self, poses: Poses, root: Array, claimed: Array, companions: Mapping[int, Companion]
    ) -> tuple[Poses, Float[Array, "B J 3"]]:
        """Move the figures with their supporting feet, on their stage; return where the joints are.

        The roots in the state become those of this frame.
        """
        state, dt = self._state, 1.0 / self.fps
        positions = kinematics.world_positions(CANONICAL, *poses)
        wanted = root[:, :2] + state.grounding.root_shift(positions, state.positions, claimed, dt)
        wanted = keep_distance(wanted, companions, positions, state.positions, dt)
        place = hold_back(wanted, state.root[:, :2], state.stage_radius, dt)
        moved = np.zeros((len(self), 3))
        moved[:, [0, 2]] = place - root[:, :2]
        state.root = np.column_stack([place, root[:, 2]])
        return (poses[0] + moved, poses[1]), positions + moved[:, None]

    def _condition_streams(self, emotion: Array, energy: Array) -> Float[Array, "B"]:
        """Give the streams their conditions; return the target mean joint speeds, m/s."""
        state = self._state
        asked = self._asked_now(emotion, energy)
        target = asked.speed(state.swell.share(asked.content))
        steered = state.governor.corrected_energy(target) * state.watchdog.boost
        # The governor holds the mean over a phrase; accents within one are not for it to even out.
        # Who is asked for more than usual rises less above it: nobody learnt from much more.
        rise = 1.0 / np.maximum(asked.energy, 1.0)
        steered = steered * state.phrasing.share(asked.content) ** rise
        emphasis = state.emphasis.share(asked.emotion, 1.0 / self.fps)
        conditions = asked.conditions(steered, emphasis)
        # Compared are the inputs from outside. What the governor makes of them creeps from frame to
        # frame, and is given to the next token without a rewind.
        changed = np.abs(asked.rows - state.committed_inputs).max(-1) > REWIND_THRESHOLD
        rewound = changed & (state.since_rewind >= FRAMES_BETWEEN_REWINDS)
        state.since_rewind = np.where(rewound, 1, state.since_rewind + 1)
        for row in np.flatnonzero(rewound):
            if stream := self._streams[row]:
                stream.rewind()
        for slot, stream in enumerate(self._streams):
            if stream and not stream.committed and stream.commit_conditions(conditions[slot]):
                state.committed_inputs[slot] = asked.rows[slot]
        return target

    def _asked_now(self, emotion: Float[Array, "B E"], energy: Float[Array, "B"]) -> Asked:
        """Return what is asked for, computed anew if it is not what it was."""
        state = self._state
        here = np.array([stream is not None for stream in self._streams], bool)
        own = state.temperature, state.guidance, state.text, state.content
        wishes = Wishes(here, emotion, energy, *own)
        if (known := wishes.to_bytes()) != self._asked_bytes or self._asked is None:
            self._asked, self._asked_bytes = Asked(wishes, self._engine.contract), known
        return self._asked

    def _assign_leads(self, leads: Mapping[int, Lead]) -> None:
        """Give the streams their leads, and the roots from which they observe them."""
        for slot, stream in enumerate(self._streams):
            if stream:
                stream.lead = leads.get(slot)
            if stream and stream.lead:
                stream.root = self._state.root[slot]

    def _mix_leads(
        self, frames: Float[Array, "B F"], leads: Mapping[int, Lead], ago: int = 0
    ) -> Float[Array, "B F"]:
        """Mix leads into frames, either now or some frames ago."""
        if not leads:
            return frames
        slots, followed = list(leads), list(leads.values())
        share = np.array([lead.shown_share for lead in followed])
        led = np.stack([lead.frames[-1 - ago] for lead in followed])
        places = np.stack([lead.root for lead in followed])
        mixed = frames.copy()
        mixed[slots] = follow_leads(frames[slots], self._state.root[slots], led, places, share)
        return mixed

    def _next_windows(
        self,
    ) -> tuple[Float[Array, "B W F"], Int[Array, "N"], Bool[Array, "B"]]:
        """Return the next frames amid their neighbours, discontinuous rows, and who takes up."""
        windows = np.tile(self._standing_window, (len(self), 1, 1))
        changed, taken_up = np.zeros((2, len(self)), bool)
        for slot, stream in enumerate(self._streams):
            if stream:
                changed[slot], taken_up[slot] = stream.discontinuous, stream.taken_up
                windows[slot] = stream.next_window()
        return windows, np.flatnonzero(changed), taken_up

    def _begin_transitions(
        self, windows: Float[Array, "B W F"], rows: Int[Array, "N"], leads: Mapping[int, Lead]
    ) -> None:
        """Begin transitions from what was shown to streams that do not go on from it."""
        if not len(rows):
            return
        state = self._state
        # Both motions as they are to be seen: a joint that copies its lead makes no jump.
        earlier, later = (self._mix_leads(windows[:, REACH - ago], leads, ago) for ago in (2, 1))
        motion = _poses_before(earlier[rows], later[rows], state.root[rows], self.fps)
        state.inertialiser.begin_transition(
            rows, state.last_two_poses(rows), motion, 1.0 / self.fps
        )

    def _recover_lost(self, drifted: Bool[Array, "B"]) -> None:
        """Restart lost partners from standing; put those that have left the stage at its edge."""
        place = self._state.root[:, :2]
        distance, radius = np.hypot(*place.T), self._state.stage_radius
        away = distance > np.maximum(radius, self._state.farthest) + LOST_DISTANCE
        # Lost is only who got out since the last frame: a stage that shrinks leaves its partner
        # outside, and lets it walk in.
        self._state.farthest = np.maximum(distance, radius)
        for slot in np.flatnonzero(away | drifted):
            place[slot] *= min(1.0, radius[slot] / max(distance[slot], 1e-6))
            if stream := self._streams[slot]:
                stream.recover()


def _poses_before(
    earlier: Float[Array, "N F"], later: Float[Array, "N F"], root: Float[Array, "N 3"], fps: float
) -> tuple[Poses, Poses]:
    """Return the poses of two frames in a row, the later of them at a root."""
    before = features.previous_root(root, later, fps)
    return features.to_poses(earlier, before), features.to_poses(later, root)
