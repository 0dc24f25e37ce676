"""Baselines with recurrent memory.

`lstm-mdn`: three layers of 64 and a joint mixture of 25 components, after M. Pettee et al.,
"Beyond Imitation: Generative and Variational Choreography via Machine Learning",
arXiv:1907.05297; they place key points where features stand here, and know no emotion.

`lstm-mse`: two layers of 512 and the mean squared error, with noise on the inputs, after
K. Fragkiadaki et al., "Recurrent Network Models for Human Dynamics", arXiv:1508.00271.

The memory is carried from frame to frame without end.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field
from torch import Tensor, nn

from motion.features import Layout
from motion.model.contract import State
from training.models import baseline
from training.models.baseline import Baseline, BaselineStep, Memory, MixtureHead, PointHead
from training.models.network import ExportedStep


class MDNConfig(baseline.Config):
    """Sizes of an LSTM with a mixture density head."""

    kind: Literal["lstm-mdn"]
    components: int = Field(ge=1)


class MSEConfig(baseline.PointConfig):
    """Sizes of a deterministic LSTM."""

    kind: Literal["lstm-mse"]


class Step(BaselineStep):
    """One frame through the LSTM, whose memory is the state."""

    network: "LSTM"

    @property
    def states(self) -> tuple[State, ...]:
        """The memory."""
        memory = (self.network.config.layers, self.network.config.channels)
        return State(name="hidden", shape=memory), State(name="cell", shape=memory)

    def advance_memory(self, inputs: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """Return the stream (N, C) at the last new input (N, S, F + L), and the memory after it."""
        hidden, cell = (state.transpose(0, 1).contiguous() for state in memory)
        stream, (hidden, cell) = self.network.lstm(inputs, (hidden, cell))
        return stream[:, -1], (hidden.transpose(0, 1), cell.transpose(0, 1))


class LSTM(Baseline):
    """Long short-term memory over frames."""

    STEP: ClassVar[type[ExportedStep]] = Step

    def __init__(
        self, config: baseline.Config, labels: int, layout: Layout, head: PointHead | MixtureHead
    ) -> None:
        super().__init__(config, labels, layout, head)
        self.lstm = nn.LSTM(self.inputs, config.channels, config.layers, batch_first=True)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the stream (N, S, C) of inputs (N, S, F + L)."""
        stream: Tensor = self.lstm(inputs)[0]
        return stream


class LSTMMDN(LSTM):
    """An LSTM with a mixture over the next frame."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "context_tokens": 48,
        "channels": 64,
        "layers": 2,
        "components": 5,
    }

    def __init__(self, config: MDNConfig, labels: int, layout: Layout) -> None:
        head = MixtureHead(config.channels, config.components, layout.width)
        super().__init__(config, labels, layout, head)


class LSTMMSE(LSTM):
    """An LSTM that predicts one next frame."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {"context_tokens": 48, "channels": 96, "layers": 2}

    def __init__(self, config: MSEConfig, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout, PointHead(config, layout.width))
