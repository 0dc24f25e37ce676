"""A company: partners that dance side by side, each an endless stream of poses.

model step → sample → smoothing → leads → stage bounds → poses → blend → grounding → foot lock, for
all at once. No IO, no clock; the same seed and the same calls give a partner the same
motion, to the bit, whoever else dances.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from motion import emotion as emotions
from motion import features, kinematics
from motion.clip import Clip, Pose
from motion.model.engine import Engine, usual_content
from motion.partner.batched_state import Rows
from motion.partner.drift import Drift
from motion.partner.energy import EnergyGovernor
from motion.partner.foot_lock import FootLock
from motion.partner.grounding import Grounding
from motion.partner.inertialisation import Offset, Poses
from motion.partner.lead import Lead, follow
from motion.partner.smoothing import REACH, smooth
from motion.partner.stage_bounds import bend_inwards, face_audience, hold_back
from motion.partner.swell import Swell
from motion.partner.token_stream import Mind, think
from motion.partner.watchdog import Watchdog
from motion.skeleton import CANONICAL

Array = np.ndarray

STAGE_RADIUS = 2.5
"""Metres."""

LOST = 0.5
"""Metres beyond the edge of its stage at which a partner is fetched back."""

NOTICED = 0.01
"""Change of a weight, energy, temperature, guidance or prompt for which a partner thinks again."""


@dataclass(frozen=True, eq=False)
class Frames:
    """Poses of all partners at their time; rows of empty slots stand.

    Attributes:
        hips: World positions of the hips, metres, (B, 3).
        rotations: Local unit quaternions, (B, J, 4).
        contacts: Of `kinematics.CONTACT_JOINTS`, (B, 4).
        taken_up: Who goes on from a dancer with this frame, (B,).
    """

    hips: Float[Array, "B 3"]
    rotations: Float[Array, "B J 4"]
    contacts: Bool[Array, "B 4"]
    taken_up: Bool[Array, "B"]


class Company:
    """Partners that dance on from what they have seen, each in its emotion, in slots.

    Every partner stands at the origin at first. One that gives what is no motion or is lost goes
    on from standing, with a blend. Slots are rows of all arrays; those that are left stay empty
    until somebody joins.
    """

    def __init__(
        self, engine: Engine, seeds: Sequence[int], stage_radius: float = STAGE_RADIUS
    ) -> None:
        """Set up partners.

        Args:
            engine: The model of all.
            seeds: Of all chance in the motion of each.
            stage_radius: How far from the origin they may go, metres.

        Raises:
            ModelContractError: If the model's skeleton is not the canonical one.
        """
        engine.contract.require_canonical()
        self.fps = engine.contract.fps
        self._engine, self._default_radius = engine, stage_radius
        self._minds: list[Mind | None] = [Mind(engine, seed) for seed in seeds]
        self._still = Mind(engine, 0).next_window()
        self._figures = _Figures(engine, seeds, stage_radius)

    def __len__(self) -> int:
        return len(self._minds)

    @property
    def recoveries(self) -> Int[Array, "B"]:
        """How often each partner had to be set up anew."""
        return np.array([mind.recoveries if mind else 0 for mind in self._minds], int)

    @property
    def temperature(self) -> Float[Array, "B"]:
        """Unitless, in [0, 2]; may be written into."""
        return self._figures.temperature

    @property
    def guidance(self) -> Float[Array, "B"]:
        """At intensity 1, unitless, from 0; may be written into."""
        return self._figures.guidance

    @property
    def text(self) -> Float[Array, "B T"]:
        """Each partner's prompt, as of `motion.model.text.tokens_of`; may be written into."""
        return self._figures.text

    @property
    def content(self) -> Float[Array, "B C"]:
        """What each dances: weights over the contract's contents, from 0 with a sum up to 1.

        The usual one at first; may be written into.
        """
        return self._figures.content

    @property
    def stage_radius(self) -> Float[Array, "B"]:
        """How far from the origin each may go, metres; may be written into."""
        return self._figures.stage_radius

    @property
    def raised(self) -> Int[Array, "B"]:
        """How often each partner was asked for more because it all but stood."""
        return self._figures.watchdog.raised

    def join(self, seed: int) -> int:
        """Let a partner in and return its slot: an empty one or a further one."""
        mind, fresh = Mind(self._engine, seed), _Figures(self._engine, [seed], self._default_radius)
        if None not in self._minds:
            self._minds.append(mind)
            self._figures.append(fresh)
            return len(self._minds) - 1
        slot = self._minds.index(None)
        self._minds[slot] = mind
        self._figures.reset(slot, fresh)
        return slot

    def leave(self, slot: int) -> None:
        """Empty a slot."""
        self._minds[slot] = None

    def take_up(self, slot: int, context: Clip) -> None:
        """Let a partner go on from another motion.

        It stays at its own place and dances on while it listens, a quarter of a second at most;
        one that has shown nothing yet takes the context's place and begins at once.

        Args:
            slot: The partner's.
            context: At least as long as one step of the model; its last seconds count.
        """
        mind, figures = self._minds[slot], self._figures
        if mind is None:
            raise IndexError(f"slot: expected one that is taken, got {slot}, which is empty")
        context = context.resampled(self.fps)
        mind.listen(features.from_clip(context), at_once=not figures.begun[slot])
        if not figures.begun[slot]:
            figures.place(slot, context)

    def advance(
        self,
        emotion: Float[Array, "B E"],
        energy: Float[Array, "B"],
        leads: Mapping[int, Lead] | None = None,
    ) -> Frames:
        """Return the next frame of all.

        Args:
            emotion: Weights over the contract's emotions, from 0. Their sum is the intensity: 0
                is no emotion, 1 as people show it, 1.5 the most.
            energy: 1 is usual for the emotion; in [0.5, 2].
            leads: Whom partners follow, by slot.

        Raises:
            ConditionError: If either is out of range for a partner; then none goes on.
        """
        figures, dt = self._figures, 1.0 / self.fps
        aim = self._ask(emotion, energy)
        self._heed(leads or {})
        think(self._engine, [mind for mind in self._minds if mind])
        windows, changed, taken_up = self._next_windows()
        self._bridge(windows, changed, leads or {})
        frames = face_audience(smooth(windows, self.fps), figures.root)
        frames = self._follow(frames, leads or {})
        frames = bend_inwards(frames, figures.root, figures.stage_radius)
        root = features.next_root(figures.root, frames, self.fps)
        poses = figures.offset.apply(features.to_poses(frames, root), dt)
        claimed = frames[:, features.PART["contacts"]]
        poses, positions = self._ground(poses, root, claimed)
        rotations, contacts = figures.foot_lock.apply(
            poses, positions, figures.positions, claimed, dt
        )
        # A partner that follows moves as its lead does: that says nothing about the model.
        own = np.ones(len(self))
        for slot, lead in (leads or {}).items():
            own[slot] -= lead.shown
        speed = aim + own * (figures.show(poses, positions) / dt - aim)
        figures.swell.advance(dt)
        figures.governor.observe(speed, aim, dt)
        stuck = figures.watchdog.observe(speed, aim, dt)
        self._recover(figures.drift.lost(windows[:, REACH], dt) | stuck)
        return Frames(poses[0], rotations, contacts, taken_up)

    def _ground(
        self, poses: Poses, root: Float[Array, "B 3"], claimed: Float[Array, "B 4"]
    ) -> tuple[Poses, Float[Array, "B J 3"]]:
        """Move the figures with the feet that bear them, on their stage; return where joints are.

        The roots of the figures become those of this frame.
        """
        figures, dt = self._figures, 1.0 / self.fps
        positions = kinematics.world_positions(CANONICAL, *poses)
        wanted = root[:, :2] + figures.grounding.shift(positions, figures.positions, claimed, dt)
        place = hold_back(wanted, figures.root[:, :2], figures.stage_radius, dt)
        moved = np.zeros((len(self), 3))
        moved[:, [0, 2]] = place - root[:, :2]
        figures.root = np.column_stack([place, root[:, 2]])
        return (poses[0] + moved, poses[1]), positions + moved[:, None]

    def _ask(self, emotion: Array, energy: Array) -> Float[Array, "B"]:
        """Tell the minds what is asked for; return the mean joint speeds to aim at, m/s."""
        figures, contract = self._figures, self._engine.contract
        here = np.array([mind is not None for mind in self._minds], bool)
        emotion = emotions.check_weights(np.where(here[:, None], emotion, 0.0))
        energy = emotions.check_energy(np.where(here, energy, 1.0))
        content = emotions.check_content(figures.content)
        aim = energy * figures.swell.share * emotions.usual_speed_of(emotion, content, contract)
        if contract.text_width:  # a prompt has a speed of its own, which the emotion changes
            calm = emotions.usual_speed(0 * emotion, contract.emotions, contract.energy_by_emotion)
            pace = figures.text[:, -1]
            aim = np.where(pace > 0, aim * pace / calm, aim)
        intensity = emotion.sum(-1, keepdims=True)
        guidance = emotions.guidance_at(emotion, figures.guidance)
        asked = np.column_stack(
            [emotion, energy, figures.temperature, figures.guidance, figures.text, content]
        )
        steered = figures.governor.steer(aim) * figures.watchdog.boost
        conditions = np.column_stack(
            [
                emotion / np.maximum(intensity, 1e-6),
                steered,
                figures.temperature,
                guidance,
                figures.text,
                content,
            ]
        ).astype(np.float32)
        noticed = np.abs(asked - figures.heeded).max(-1) > NOTICED
        for slot, mind in enumerate(self._minds):
            if mind and noticed[slot]:
                mind.reconsider()
            if mind and mind.settle(conditions[slot]):
                figures.heeded[slot] = asked[slot]
        return aim

    def _heed(self, leads: Mapping[int, Lead]) -> None:
        """Let the minds hear their leads."""
        for slot, mind in enumerate(self._minds):
            if mind:
                mind.lead, mind.root = leads.get(slot), self._figures.root[slot]

    def _follow(
        self, frames: Float[Array, "B F"], leads: Mapping[int, Lead], ago: int = 0
    ) -> Float[Array, "B F"]:
        """Mix leads into frames; both may be of some frames ago."""
        if not leads:
            return frames
        slots, followed = list(leads), list(leads.values())
        share = np.array([lead.shown for lead in followed])
        led = np.stack([lead.frames[-1 - ago] for lead in followed])
        places = np.stack([lead.root for lead in followed])
        mixed = frames.copy()
        mixed[slots] = follow(frames[slots], self._figures.root[slots], led, places, share)
        return mixed

    def _next_windows(
        self,
    ) -> tuple[Float[Array, "B W F"], Int[Array, "N"], Bool[Array, "B"]]:
        """Return the next frames amid their neighbours, whose thoughts are new, who takes up."""
        windows = np.tile(self._still, (len(self), 1, 1))
        changed, taken_up = np.zeros((2, len(self)), bool)
        for slot, mind in enumerate(self._minds):
            if mind:
                changed[slot], taken_up[slot] = mind.changed, mind.taken_up
                windows[slot] = mind.next_window()
        return windows, np.flatnonzero(changed), taken_up

    def _bridge(
        self, windows: Float[Array, "B W F"], rows: Int[Array, "N"], leads: Mapping[int, Lead]
    ) -> None:
        """Let some go over smoothly into new thoughts, as far as these are to be seen."""
        if not len(rows):
            return
        figures = self._figures
        earlier, later = (self._follow(windows[:, REACH - ago], leads, ago) for ago in (2, 1))
        motion = _poses_before(earlier[rows], later[rows], figures.root[rows], self.fps)
        figures.offset.bridge(rows, figures.last_two(rows), motion, 1.0 / self.fps)

    def _recover(self, drifted: Bool[Array, "B"]) -> None:
        """Let those who are lost stand, after a blend; who has left the stage, at its edge."""
        place = self._figures.root[:, :2]
        distance, radius = np.hypot(*place.T), self._figures.stage_radius
        away = distance > np.maximum(radius, self._figures.farthest) + LOST
        # A stage that shrinks lets its partner walk in.
        self._figures.farthest = np.maximum(distance, radius)
        for slot in np.flatnonzero(away | drifted):
            place[slot] *= min(1.0, radius[slot] / max(distance[slot], 1e-6))
            if mind := self._minds[slot]:
                mind.recover()


class _Figures(Rows):
    """Where partners are, what they showed last, are asked for, and what corrects them."""

    def __init__(self, engine: Engine, seeds: Sequence[int], stage_radius: float) -> None:
        contract, standing, count = engine.contract, Pose.standing(), len(seeds)
        self.begun = np.zeros(count, bool)
        self.root = np.zeros((count, 3))
        self.stage_radius = np.full(count, stage_radius)
        self.farthest = self.stage_radius.copy()
        # The last two frames, before the foot lock.
        self._hips = np.tile(standing.hips, (count, 2, 1))
        self._turned = np.tile(standing.rotations, (count, 2, 1, 1))
        self.positions = kinematics.world_positions(CANONICAL, self._hips[:, 1], self._turned[:, 1])
        asked = len(contract.emotions) + 3 + contract.text_width + len(contract.contents)
        self.heeded = np.full((count, asked), np.nan)
        self.content = np.tile(usual_content(contract), (count, 1))
        self.text = np.zeros((count, contract.text_width), np.float32)
        self.temperature = np.full(count, contract.temperature)
        self.guidance = np.full(count, contract.guidance)
        self.offset = Offset(count)
        self.grounding = Grounding(count)
        self.foot_lock = FootLock(count)
        self.governor = EnergyGovernor(count)
        self.watchdog = Watchdog(count)
        self.drift = Drift(count)
        self.swell = Swell(seeds, contract.swell)

    def place(self, slot: int, context: Clip) -> None:
        """Put one where a motion ends."""
        self.root[slot] = features.last_root(context)
        self._hips[slot], self._turned[slot] = context.hips[-2:], context.rotations[-2:]
        self.positions[slot] = context[-1:].world_positions()[0]

    def last_two(self, rows: Int[Array, "N"]) -> tuple[Poses, Poses]:
        """Return the last two poses before the foot lock."""
        hips, turned = self._hips[rows], self._turned[rows]
        return (hips[:, 0], turned[:, 0]), (hips[:, 1], turned[:, 1])

    def show(self, poses: Poses, positions: Float[Array, "B J 3"]) -> Float[Array, "B"]:
        """Take note of what is shown; return how far the joints moved against the hips, metres."""
        moved = positions - self.positions - (poses[0] - self._hips[:, 1])[:, None]
        self._hips = np.stack([self._hips[:, 1], poses[0]], axis=1)
        self._turned = np.stack([self._turned[:, 1], poses[1]], axis=1)
        self.positions, self.begun = positions, np.ones_like(self.begun)
        return np.linalg.norm(moved, axis=-1).mean(-1)


def _poses_before(
    earlier: Float[Array, "N F"], later: Float[Array, "N F"], root: Float[Array, "N 3"], fps: float
) -> tuple[Poses, Poses]:
    """Return the poses of two frames in a row, the later of them at a root."""
    before = features.previous_root(root, later, fps)
    return features.to_poses(earlier, before), features.to_poses(later, root)
