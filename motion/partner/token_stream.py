"""What partners hear and think: each has a mind of its own, and all think in one call.

A mind keeps what its model gave ahead of what is shown, and what it gave it from, so that it can
think again when it is asked for something else. Whether it thinks early or late changes nothing
in what it thinks.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from motion import features
from motion.clip import Clip, Pose
from motion.model.engine import Conditions, Engine, Noise, States
from motion.partner.lead import Lead
from motion.partner.smoothing import REACH

Array = np.ndarray

HEARD_PER_FRAME = 4
"""Tokens of a dancer that a partner which dances on hears in each frame: 6 ms at most."""


@dataclass(frozen=True, eq=False)
class Known:
    """A model's states for one partner: a row of those of a batch."""

    batch: States
    row: int


@dataclass(eq=False)
class Memory:
    """What the model has heard, and the tokens (K, F) that it is still to hear."""

    known: Known
    unheard: deque[Float[Array, "K F"]]

    @staticmethod
    def of(engine: Engine, frames: Float[Array, "T F"]) -> "Memory":
        """Begin with the last frames of a motion, as many as the model's context holds."""
        contract = engine.contract
        steps = min(len(frames), contract.context_frames) // contract.frames_per_step
        last = frames[len(frames) - steps * contract.frames_per_step :]
        tokens = last.reshape(steps, contract.frames_per_step, features.WIDTH)
        return Memory(Known(engine.initial_states(), 0), deque(tokens))


@dataclass(frozen=True, eq=False)
class Thought:
    """What a token came of: the model's states, the token that it heard last, and chance."""

    known: Known
    heard: Float[Array, "K F"]
    noise: Noise


@dataclass(frozen=True, eq=False)
class Turn:
    """One mind's part in a call of the model; `other` is what it sees of another dancer, if any."""

    mind: "Mind"
    memory: Memory
    noise: Noise
    other: Float[Array, "K W"] | None = None


class Mind:
    """One partner's: what it has heard, what it listens to, and what it has thought of.

    Attributes:
        changed: Whether the next frame does not go on from the one shown last.
        taken_up: Whether it goes on from a dancer that it has listened to.
        settled: Whether it is settled what the next token is asked to be.
        conditions: What it is or was last asked to be.
        lead: Whom it follows, if anybody.
        root: Where its figure is; see `features.last_root`.
        recoveries: How often it had to be set up anew.
    """

    changed: bool
    settled: bool
    _memory: Memory
    _timeline: Float[Array, "T F"]  # from two frames before the oldest thought
    _thoughts: deque[Thought]  # of all tokens that are not shown to their end
    _at: int  # frames of the oldest that are shown

    def __init__(self, engine: Engine, seed: int) -> None:
        """Set up one that stands."""
        self._engine, self._rng = engine, np.random.default_rng(seed)
        self._length = engine.contract.frames_per_step
        self._ahead = seed % self._length
        self._noises: deque[Noise] = deque()
        self._listening: Memory | None = None
        self.lead: Lead | None = None
        self.root: Float[Array, "3"] = np.zeros(3)
        self._patience = 0
        self.conditions: Float[Array, "C"] = np.empty(0, np.float32)
        self.taken_up, self.recoveries = False, 0
        still = Clip.from_poses([Pose.standing()] * 2, engine.contract.fps)
        self._standing = features.from_clip(still)[0]
        self._hold(self._standing)

    @property
    def left(self) -> int:
        """How many frames lie ahead."""
        return len(self._timeline) - REACH - self._at

    @property
    def due(self) -> bool:
        """Whether it must think before the next frame can be shown."""
        return self.left <= REACH

    @property
    def early(self) -> bool:
        """Whether it thinks before it must, each mind at a time of its own within a token.

        Who else dances has no say: what a lead does is heard when a mind thinks.
        """
        return self.settled and not self.due and self.left <= REACH + self._ahead

    def recover(self) -> None:
        """Stand, for something went wrong."""
        self.recoveries += 1
        self._hold(self._standing)

    def _hold(self, frame: Float[Array, "F"]) -> None:
        """Forget all, and stay as in a frame for a token."""
        still = np.tile(frame, (self._length, 1))
        still[:, features.PART["root_velocity"]] = still[:, features.PART["turn_rate"]] = 0.0
        memory = Memory.of(self._engine, still)
        self._go_on(memory, still[-REACH:])
        self._think_of(still, Thought(memory.known, still, self._noise()))

    def listen(self, frames: Float[Array, "T F"], at_once: bool) -> None:
        """Go on from a motion, at once or when all of it was heard while the dance goes on."""
        memory = Memory.of(self._engine, frames)
        if at_once:
            self._take_up(memory)
        else:
            self._listening = memory

    def reconsider(self) -> None:
        """Take back all tokens that are not shown to their end; the same chance awaits them."""
        if not self._thoughts:
            return
        self._noises.extendleft(thought.noise for thought in reversed(self._thoughts))
        first, at = self._thoughts[0], self._at
        self._go_on(Memory(first.known, deque([first.heard])), first.heard[-REACH:])
        self._at = at

    def settle(self, conditions: Float[Array, "C"]) -> bool:
        """Let conditions hold for the next token, if it is time to say; tell whether it is."""
        if self.settled or self.left > self._length + 1:
            return False
        self.conditions, self.settled = conditions, True
        return True

    def attend(self) -> None:
        """Have patience for another frame's part of what it listens to."""
        self._patience = HEARD_PER_FRAME

    def turns(self, early: bool = False) -> list[Turn]:
        """Return its parts in the next call: none where the next frame can be shown.

        Args:
            early: Whether to think although it is not due.
        """
        turns = []
        if self._listening and len(self._listening.unheard) == 1:
            self._take_up(self._listening)
        if self._listening and self._patience:
            self._patience -= 1
            turns.append(Turn(self, self._listening, Noise.none(self._engine.contract)))
        if self.due or early:
            thinks = len(self._memory.unheard) == 1
            if thinks and self.lead:
                self._hear_lead(self.lead)
            noise = self._noise() if thinks else Noise.none(self._engine.contract)
            turns.append(Turn(self, self._memory, noise, self._sight() if thinks else None))
        return turns

    def _hear_lead(self, lead: Lead) -> None:
        """Pull what is to be heard next towards what the lead just did."""
        own = self._memory.unheard[0]
        led = lead.frames[-self._length :]
        self._memory.unheard[0] = own + np.float32(lead.heard) * (led - own)

    def _sight(self) -> Float[Array, "K W"] | None:
        """Return what it sees of its lead, if it has one and its model heeds others."""
        if self.lead is None or not self._engine.contract.other:
            return None
        return self.lead.seen_from(self.root, self._length)

    def hear(self, turn: Turn, following: Float[Array, "K F"], known: Known) -> None:
        """Take what the model gave."""
        memory = turn.memory
        thought = Thought(memory.known, memory.unheard.popleft(), turn.noise)
        memory.known = known
        if memory.unheard:
            return
        if np.isfinite(following).all():
            memory.unheard.append(following)
            self._think_of(following, thought)
        else:
            self.recoveries += 1
            self._hold(self._timeline[: self._at + REACH][-1])

    def next_window(self) -> Float[Array, "W F"]:
        """Return the next frame amid its neighbours, and count it as shown."""
        window = self._timeline[self._at : self._at + 2 * REACH + 1]
        self._at += 1
        self.changed = self.taken_up = False
        if self._at == self._length:
            self._thoughts.popleft()
            self._timeline, self._at = self._timeline[self._length :], 0
        return window

    def _take_up(self, memory: Memory) -> None:
        self._go_on(memory, memory.unheard[-1][-REACH:])
        self._listening, self.taken_up = None, True

    def _go_on(self, memory: Memory, before: Float[Array, "W F"]) -> None:
        self._memory, self._timeline, self._at = memory, before, 0
        self._thoughts = deque()
        self.settled, self.changed = False, True

    def _think_of(self, token: Float[Array, "K F"], thought: Thought) -> None:
        self._timeline = np.concatenate([self._timeline, token])
        self._thoughts.append(thought)
        self.settled = False

    def _noise(self) -> Noise:
        if self._noises:
            return self._noises.popleft()
        return Noise.draw(self._engine.contract, self._rng)


def think(engine: Engine, minds: Sequence[Mind]) -> None:
    """Let all minds think that are due, and others early, so that the load is much the same."""
    early = {mind for mind in minds if mind.early}
    for mind in minds:
        mind.attend()
    turns = [turn for mind in minds for turn in mind.turns(mind in early)]
    while turns:
        # The last row of an odd batch may come out some bits apart, for SIMD leaves a remainder.
        even = turns + turns[-1:] * (len(turns) % 2)
        following, states = engine.step(
            np.stack([turn.memory.unheard[0] for turn in even]),
            Conditions.of(
                np.stack([turn.mind.conditions for turn in even]),
                engine.contract,
                _seen(engine, even),
            ),
            _stacked([turn.memory.known for turn in even]),
            Noise.stack([turn.noise for turn in even]),
        )
        for row, turn in enumerate(turns):
            turn.mind.hear(turn, following[row], Known(states, row))
        thinking = dict.fromkeys(turn.mind for turn in turns)
        turns = [turn for mind in thinking for turn in mind.turns()]


def _seen(engine: Engine, turns: Sequence[Turn]) -> Float[Array, "B K W"] | None:
    """What each sees of another dancer, for a model that heeds one."""
    if not engine.contract.other:
        return None
    nobody = np.zeros(engine.contract.inputs["other"], np.float32)
    return np.stack([nobody if turn.other is None else turn.other for turn in turns])


def _stacked(known: Sequence[Known]) -> States:
    """The states of a batch, without a copy where it is the same batch as before."""
    batch = known[0].batch
    rows = len(next(iter(batch.values()))) if batch else len(known)
    if [(k.batch is batch, k.row) for k in known] == [(True, row) for row in range(rows)]:
        return batch
    return {name: np.stack([k.batch[name][k.row] for k in known]) for name in batch}
