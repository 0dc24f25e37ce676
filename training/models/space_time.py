"""A transformer whose tokens are joints at times, beside the one whose tokens are whole bodies.

As in `training.models.transformer_mdn` a time is `frames_per_token` frames, and the network
predicts a mixture over the latent of the next; all but embedding, attention over joints and head is
the same.
But a time has a token for each joint that turns and one for the rest of the features, the root.
Attention is factorised: each joint looks back over its own past, and at each time the joints look
at one another. So weights are shared over joints, whatever the skeleton.

Shapes: N batch, S times, K frames each, F features, J tokens of a time, C channels, H heads.

References:
    E. Aksan et al., "A Spatio-temporal Transformer for 3D Human Motion Prediction",
    arXiv:2004.08692. G. Bertasius et al., "Is Space-Time Attention All You Need for Video
    Understanding?", arXiv:2102.05095 (divided attention).
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from motion.features import Layout
from training.models import token_transformer, transformer_mdn
from training.models.mixture import Mixture
from training.models.transformer_mdn import TransformerMDN


class Config(transformer_mdn.Config):
    """Sizes of a network."""

    kind: Literal["space-time"]  # type: ignore[assignment]


class Tokens(nn.Module):
    """Embeds a time as tokens: the root and each joint that turns."""

    def __init__(self, layout: Layout, frames: int, channels: int) -> None:
        super().__init__()
        self.rotations = layout.part["rotations"]
        self.count = 1 + len(layout.skeleton.turning)
        rest = layout.width - 6 * (self.count - 1)
        self.root = nn.Linear(frames * rest, channels)
        self.joint = nn.Linear(frames * 6, channels)
        self.which = nn.Parameter(0.02 * torch.randn(self.count, 1, channels))

    def forward(self, frames: Tensor) -> Tensor:
        """Return tokens (N, J, S, C) of frames (N, S, K, F)."""
        start, stop = self.rotations.start, self.rotations.stop
        rest = torch.cat([frames[..., :start], frames[..., stop:]], -1)
        turned = frames[..., start:stop].unflatten(-1, (-1, 6))  # (N, S, K, J - 1, 6)
        joints = self.joint(turned.transpose(-3, -2).flatten(-2))  # (N, S, J - 1, C)
        tokens = torch.cat([self.root(rest.flatten(-2)).unsqueeze(-2), joints], -2)
        return tokens.transpose(-3, -2) + self.which


class Block(token_transformer.Block):
    """Attention over joints, then over time, then the MLP; norms as in the plain block."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        channels = config.channels
        self.norm_space = nn.LayerNorm(channels)
        self.qkv_space = nn.Linear(channels, 3 * channels)
        self.out_space = nn.Linear(channels, channels)

    def within_time(self, x: Tensor) -> Tensor:
        """Let the joints of each time attend to one another: stream (N, J, S, C) to the same."""
        at_times = self.norm_space(x).transpose(-3, -2)  # (N, S, J, C)
        split = self.qkv_space(at_times).unflatten(-1, (3, self.heads, -1))
        q, k, v = split.movedim(-3, 0).transpose(-3, -2)
        scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5  # (N, S, H, J, J)
        attended = scores.softmax(-1) @ v
        return x + self.out_space(attended.transpose(-3, -2).flatten(-2)).transpose(-3, -2)


class SpaceTime(TransformerMDN):
    """Predicts the next time's latent from the tokens so far, an emotion and an energy."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {**TransformerMDN.PROOF_SIZES, "channels": 32}

    config: Config

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        del self.embed  # of whole bodies
        self.tokens = Tokens(layout, config.frames_per_token, config.channels)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        width = self.tokens.count * config.channels
        self.head = nn.Linear(width, config.components * (1 + 2 * self.codec.latent))

    @property
    def cache_shape(self) -> tuple[int, ...]:
        """Shape of the keys, and of the values, that a step hands on."""
        layers, *rest = super().cache_shape
        return (layers, self.tokens.count, *rest)

    def embedded(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Return the stream (N, J, S, C) of normalised times (N, S, K, F); it observes nobody."""
        del other
        tokens: Tensor = self.tokens(frames)
        return tokens

    def embedded_newest(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Return the stream (N, J, 1, C) of the newest time (N, K, F)."""
        return self.embedded(frames.unsqueeze(1), other)

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixture off the stream (..., J, C) of a time: all of its tokens side by side."""
        return self.mixture_of(self.norm(x).flatten(-2))

    def mixtures(self, x: Tensor) -> Mixture:
        """Read the mixtures after all times off the stream (N, J, S, C)."""
        return self.mixture(x.transpose(-3, -2))
