"""Baselines with attention over a short context.

`transformer-mse`: predicts one next frame by its mean squared error, as deterministic motion
transformers do; compare E. Aksan et al., "A Spatio-temporal Transformer for 3D Human Motion
Prediction", arXiv:2004.08692.

`transformer-mdn-per-dimension`: a mixture of 5 components for every feature by itself, over a
context of 16 frames, with noise on the inputs; mixtures after C. M. Bishop, "Mixture Density
Networks", 1994.

Every step reads the whole context anew, so that nothing older counts.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.features import Layout
from motion.model.contract import State
from training.models import baseline
from training.models.baseline import (
    Baseline,
    BaselineStep,
    Memory,
    MixtureHead,
    MixturePerDimensionHead,
    PointHead,
)
from training.models.network import AttentionSizes, ExportedStep
from training.models.token_transformer import rotary


class MSEConfig(baseline.PointConfig, AttentionSizes):
    """Sizes of a deterministic transformer."""

    kind: Literal["transformer-mse"]


class MDNConfig(baseline.Config, AttentionSizes):
    """Sizes of a transformer with a mixture for each dimension."""

    kind: Literal["transformer-mdn-per-dimension"]
    components: int = Field(ge=1)


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention, self.norm_mlp = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels)
        )

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """Return the stream (N, S, C) after the block; `seen` masks attention (N, 1, S, S)."""
        position = torch.arange(x.shape[1], device=x.device)
        qkv = self.qkv(self.norm_attention(x)).unflatten(-1, (3, self.heads, -1))
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(
            rotary(q, position), rotary(k, position), v, attn_mask=seen
        )
        x = x + self.out(attended.transpose(1, 2).flatten(-2))
        return x + self.mlp(self.norm_mlp(x))


class Step(BaselineStep):
    """One frame through the transformer, whose state is all that it reads."""

    network: "Transformer"

    @property
    def states(self) -> tuple[State, ...]:
        """All that is read, and how many frames of it are there."""
        window = (self.network.config.context_tokens, self.network.inputs)
        return State(name="window", shape=window), State(name="filled", shape=(1,))

    def advance_memory(self, inputs: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """Return the stream (N, C) at the last new input (N, S, F + L), and the memory after it."""
        window, filled = memory
        new = inputs.shape[1]
        filled = (filled + new).clamp(max=window.shape[1])
        window = torch.cat([window[:, new:], inputs], 1)
        return self.network(window, filled)[:, -1], (window, filled)


class Transformer(Baseline):
    """Causal attention over frames."""

    STEP: ClassVar[type[ExportedStep]] = Step

    def __init__(
        self,
        config: MSEConfig | MDNConfig,
        labels: int,
        layout: Layout,
        head: PointHead | MixtureHead,
    ) -> None:
        super().__init__(config, labels, layout, head)
        self.embed = nn.Linear(self.inputs, config.channels)
        self.blocks = nn.ModuleList(
            Block(config.channels, config.heads) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.channels)

    def forward(self, inputs: Tensor, filled: Tensor | None = None) -> Tensor:
        """Return the stream (N, S, C).

        Args:
            inputs: Frames with labels, (N, S, F + L).
            filled: How many of the last frames are there, (N, 1); all if not given.
        """
        frames = inputs.shape[1]
        position = torch.arange(frames, device=inputs.device)
        seen = (position[:, None] >= position)[None, None]
        if filled is not None:
            there = position >= frames - filled
            seen = seen & there[:, None, None] | torch.eye(frames, device=inputs.device).bool()
        x = self.embed(inputs)
        for block in self.blocks:
            x = block(x, seen)
        stream: Tensor = self.norm(x)
        return stream


class TransformerMSE(Transformer):
    """A transformer that predicts one next frame."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "context_tokens": 48,
        "channels": 64,
        "layers": 2,
        "heads": 4,
    }

    def __init__(self, config: MSEConfig, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout, PointHead(config, layout.width))


class TransformerMDNPerDimension(Transformer):
    """A transformer with a mixture for every feature of the next frame."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "context_tokens": 48,
        "channels": 64,
        "layers": 2,
        "heads": 4,
        "components": 3,
    }

    def __init__(self, config: MDNConfig, labels: int, layout: Layout) -> None:
        head = MixturePerDimensionHead(config.channels, config.components, layout.width)
        super().__init__(config, labels, layout, head)
