"""Streams of tokens that a model generates ahead of what is shown: one a partner, one call for all.

A stream keeps the tokens that are not shown to their end together with the states, the input and
the random numbers that they came from, so that it can rewind and generate them again when its
conditions change. A token is the same whether it is generated early or late.
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

PREFILL_TOKENS_PER_FRAME = 4
"""Tokens of a dancer's motion that a stream prefills in each frame while its partner dances on:
6 ms at most."""


@dataclass(frozen=True, eq=False)
class StateRow:
    """A model's states for one stream: a row of the states of a batch."""

    states: States
    row: int


@dataclass(eq=False)
class StreamState:
    """The model's states after its inputs so far, and its next inputs, tokens of (K, F)."""

    model_state: StateRow
    inbox: deque[Float[Array, "K F"]]

    @staticmethod
    def from_frames(engine: Engine, frames: Float[Array, "T F"]) -> "StreamState":
        """Begin with the last frames of a motion, as many as the model's context holds."""
        contract = engine.contract
        steps = min(len(frames), contract.context_frames) // contract.frames_per_step
        last = frames[len(frames) - steps * contract.frames_per_step :]
        tokens = last.reshape(steps, contract.frames_per_step, features.WIDTH)
        return StreamState(StateRow(engine.initial_states(), 0), deque(tokens))


@dataclass(frozen=True, eq=False)
class PendingToken:
    """What a token was generated from: the model's states, its input token and random numbers."""

    model_state: StateRow
    input_token: Float[Array, "K F"]
    noise: Noise


@dataclass(frozen=True, eq=False)
class BatchItem:
    """One stream's row in a call of the model; `observed` is what it sees of its lead, if any."""

    stream: "TokenStream"
    state: StreamState
    noise: Noise
    observed: Float[Array, "K W"] | None = None


class TokenStream:
    """One partner's tokens: generated ahead, rewound, and prefilled from a dancer's motion.

    Attributes:
        frames_ahead: Number of frames that are generated and not shown.
        discontinuous: Whether the next frame does not go on from the one shown last.
        taken_up: Whether the next frame is the first that goes on from a dancer's motion.
        committed: Whether the conditions of the next token are final.
        conditions: Conditions of the next token, or of the last one until they are committed.
        lead: The dancer that it follows, if any.
        root: The root of its figure; see `features.last_root`.
        recoveries: How often it had to start again from standing still.
    """

    frames_ahead: int
    discontinuous: bool
    committed: bool
    _state: StreamState
    _timeline: Float[Array, "T F"]  # from two frames before the oldest pending token
    _pending: deque[PendingToken]  # tokens that are not shown to their end, the oldest first
    _shown: int  # frames of the oldest pending token that are shown

    def __init__(self, engine: Engine, seed: int) -> None:
        """Set up a stream whose figure stands."""
        self._engine, self._rng = engine, np.random.default_rng(seed)
        self._length = engine.contract.frames_per_step
        self._stagger = seed % self._length
        self._rewound_noise: deque[Noise] = deque()
        self._prefilling: StreamState | None = None
        self.lead: Lead | None = None
        self.root: Float[Array, "3"] = np.zeros(3)
        self._prefill_budget = 0
        self.conditions: Float[Array, "C"] = np.empty(0, np.float32)
        self.taken_up, self.recoveries = False, 0
        still = Clip.from_poses([Pose.standing()] * 2, engine.contract.fps)
        self._standing = features.from_clip(still)[0]
        self._hold_still(self._standing)

    @property
    def is_due(self) -> bool:
        """Whether a token must be generated before the next frame can be shown."""
        return self.frames_ahead <= REACH

    @property
    def is_early(self) -> bool:
        """Whether it generates the next token before it must.

        Each stream does so at a time of its own within a token, by its seed alone: a token depends
        on its lead at that time, so the time must not depend on the other streams in the batch.
        """
        return self.committed and REACH < self.frames_ahead <= REACH + self._stagger

    @property
    def prefills(self) -> bool:
        """Whether it reads a dancer's motion while its partner dances on."""
        return self._prefilling is not None

    @property
    def rests(self) -> bool:
        """Whether there is nothing to generate or read in this frame, as in most."""
        soon = REACH + self._stagger if self.committed else REACH
        return self.frames_ahead > soon and self._prefilling is None

    def recover(self) -> None:
        """Start again from standing, after something went wrong."""
        self.recoveries += 1
        self._hold_still(self._standing)

    def _hold_still(self, frame: Float[Array, "F"]) -> None:
        """Forget everything, and hold the pose of a frame for one token."""
        still = np.tile(frame, (self._length, 1))
        still[:, features.PART["root_velocity"]] = still[:, features.PART["turn_rate"]] = 0.0
        state = StreamState.from_frames(self._engine, still)
        self._continue_from(state, still[-REACH:])
        self._append_token(still, PendingToken(state.model_state, still, self._next_noise()))

    def prefill(self, frames: Float[Array, "T F"], at_once: bool) -> None:
        """Go on from a motion: at once, or when the model has read it while the dance goes on."""
        # A long context is many calls, which would hold up every partner of the batch. So the old
        # stream goes on beside it until one input is left: the one whose output is shown first.
        state = StreamState.from_frames(self._engine, frames)
        if at_once:
            self._finish_prefill(state)
        else:
            self._prefilling = state

    def rewind(self) -> None:
        """Take back all tokens that are not shown to their end, to be generated again."""
        if not self._pending:
            return
        # A token keeps its noise: what changes in the motion comes of the new conditions and not
        # of chance, and later draws do not depend on how often a stream was rewound.
        self._rewound_noise.extendleft(token.noise for token in reversed(self._pending))
        first, shown = self._pending[0], self._shown
        # States are never written into, so the row that the oldest token came from still holds.
        state = StreamState(first.model_state, deque([first.input_token]))
        self._continue_from(state, first.input_token[-REACH:])
        # The token is generated whole; its first frames are not shown again.
        self._shown, self.frames_ahead = shown, -shown

    def commit_conditions(self, conditions: Float[Array, "C"]) -> bool:
        """Make conditions final for the next token once it is near; tell whether they were."""
        # From here on the stream with the largest stagger may run. Conditions that change sooner
        # cost nothing; once they are committed a change costs a rewind.
        if self.committed or self.frames_ahead > self._length + 1:
            return False
        self.conditions, self.committed = conditions, True
        return True

    def begin_tick(self) -> None:
        """Allow another frame's share of prefill."""
        self._prefill_budget = PREFILL_TOKENS_PER_FRAME

    def batch_items(self, early: bool = False) -> list[BatchItem]:
        """Return its rows in the next call of the model; none where the next frame can be shown.

        Args:
            early: Whether to generate a token although none is due.
        """
        items = []
        if self._prefilling and len(self._prefilling.inbox) == 1:
            self._finish_prefill(self._prefilling)
        if self._prefilling and self._prefill_budget:
            self._prefill_budget -= 1
            items.append(BatchItem(self, self._prefilling, Noise.zeros(self._engine.contract)))
        if self.is_due or early:
            # Before the last input the model only reads and its output is dropped: it takes no
            # lead, and no noise, which would shift the draws of all later tokens.
            generates = len(self._state.inbox) == 1
            if generates and self.lead:
                self._mix_lead_into_input(self.lead)
            noise = self._next_noise() if generates else Noise.zeros(self._engine.contract)
            observed = self._observed_lead() if generates else None
            items.append(BatchItem(self, self._state, noise, observed))
        return items

    def _mix_lead_into_input(self, lead: Lead) -> None:
        """Pull the next input towards what the lead just did."""
        own = self._state.inbox[0]
        led = lead.frames[-self._length :]
        self._state.inbox[0] = own + np.float32(lead.input_share) * (led - own)

    def _observed_lead(self) -> Float[Array, "K W"] | None:
        """Return what it sees of its lead, if it has one and its model observes a dancer."""
        if self.lead is None or not self._engine.contract.other:
            return None
        return self.lead.observed_from(self.root, self._length)

    def accept(self, item: BatchItem, following: Float[Array, "K F"], after: StateRow) -> None:
        """Take the model's output for one of its rows.

        Args:
            item: The row.
            following: The token that the model generated.
            after: The model's states after it.
        """
        state = item.state
        if state is not self._state and state is not self._prefilling:
            return  # it was early, and the stream has begun something else since
        pending = PendingToken(state.model_state, state.inbox.popleft(), item.noise)
        state.model_state = after
        if state.inbox:  # it reads on
            return
        if np.isfinite(following).all():
            state.inbox.append(following)  # autoregression: the output is the next input
            self._append_token(following, pending)
        else:
            self.recoveries += 1
            self._hold_still(self._timeline[: self._shown + REACH][-1])

    def next_window(self) -> Float[Array, "W F"]:
        """Return the next frame amid its neighbours, and count it as shown."""
        window = self._timeline[self._shown : self._shown + 2 * REACH + 1]
        self._shown += 1
        self.frames_ahead -= 1
        self.discontinuous = self.taken_up = False
        if self._shown == self._length:
            self._pending.popleft()
            self._timeline, self._shown = self._timeline[self._length :], 0
        return window

    def _finish_prefill(self, state: StreamState) -> None:
        self._continue_from(state, state.inbox[-1][-REACH:])
        self._prefilling, self.taken_up = None, True

    def _continue_from(self, state: StreamState, before: Float[Array, "W F"]) -> None:
        self._state, self._timeline = state, before
        self._shown = self.frames_ahead = 0
        self._pending = deque()
        self.committed, self.discontinuous = False, True

    def _append_token(self, token: Float[Array, "K F"], pending: PendingToken) -> None:
        self._timeline = np.concatenate([self._timeline, token])
        self._pending.append(pending)
        self.frames_ahead += self._length
        self.committed = False

    def _next_noise(self) -> Noise:
        if self._rewound_noise:
            return self._rewound_noise.popleft()
        return Noise.draw(self._engine.contract, self._rng)


def advance_streams(engine: Engine, streams: Sequence[TokenStream]) -> list[BatchItem]:
    """Generate the tokens that are due.

    Returns:
        The rows of tokens that are early, for `generate`, which may be called at any time before
        the streams are advanced again.
    """
    early: list[BatchItem] = []
    due: list[BatchItem] = []
    for stream in streams:
        if stream.rests:
            continue
        stream.begin_tick()
        ahead = stream.is_early
        items = early if ahead and not stream.prefills else due
        items.extend(stream.batch_items(ahead))
    # Streams that read a context need several calls; those that are ready drop out of the batch.
    while due:
        generate(engine, due)
        called = dict.fromkeys(item.stream for item in due)
        due = [item for stream in called for item in stream.batch_items()]
    return early


def generate(engine: Engine, items: list[BatchItem]) -> None:
    """Call the model once for some rows, and hand the streams what it makes of them."""
    filled = items + items[-1:] * (-len(items) % engine.contract.batch_multiple)
    following, states = engine.step(
        np.stack([item.state.inbox[0] for item in filled]),
        Conditions.from_rows(
            np.stack([item.stream.conditions for item in filled]),
            engine.contract,
            _stack_observed(engine, filled),
        ),
        _stack_states([item.state.model_state for item in filled]),
        Noise.stack([item.noise for item in filled]),
    )
    for row, item in enumerate(items):
        item.stream.accept(item, following[row], StateRow(states, row))


def _stack_observed(engine: Engine, items: Sequence[BatchItem]) -> Float[Array, "B K W"] | None:
    """What each stream sees of its lead, for a model that observes a dancer."""
    if not engine.contract.other:
        return None
    nobody = np.zeros(engine.contract.inputs["other"], np.float32)
    return np.stack([nobody if item.observed is None else item.observed for item in items])


def _stack_states(rows: Sequence[StateRow]) -> States:
    """The states of a batch, without a copy where it is the same batch as before."""
    batch = rows[0].states
    count = len(next(iter(batch.values()))) if batch else len(rows)
    if [(row.states is batch, row.row) for row in rows] == [(True, n) for n in range(count)]:
        return batch
    return {name: np.stack([row.states[name][row.row] for row in rows]) for name in batch}
