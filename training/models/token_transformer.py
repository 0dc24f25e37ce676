"""What causal transformers over tokens share, whatever else conditions a token.

Shapes: N batch, S tokens, K frames per token, F features, L labels, H heads, W cached tokens, D
latent.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.features import Layout
from motion.model.contract import State
from training.models.mixture import Mixture
from training.models.network import AttentionSizes, EnergyNetwork
from training.models.token_codec import TokenCodec
from training.models.window import Window


class TransformerSizes(AttentionSizes):
    """Sizes of a causal transformer over tokens."""

    frames_per_token: int = Field(ge=2)
    latent: int = Field(ge=1)
    components: int = Field(ge=1)
    layers: int = Field(ge=1)
    condition_channels: int = Field(default=128, ge=1)
    foreign_posture: float = Field(default=0.0, ge=0, le=1)
    """Share of disturbed inputs that are held as another window is."""


class Block(nn.Module):
    """A pre-norm transformer block whose norms are scaled and shifted by the condition."""

    def __init__(self, config: TransformerSizes) -> None:
        super().__init__()
        channels = config.channels
        self.heads = config.heads
        self.norm_attention = nn.LayerNorm(channels, elementwise_affine=False)
        self.norm_mlp = nn.LayerNorm(channels, elementwise_affine=False)
        self.modulation = nn.Linear(config.condition_channels, 4 * channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels)
        )
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def modulated(self, x: Tensor, condition: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the normed input of attention, and scale and shift of the MLP's norm."""
        scale, shift, mlp_scale, mlp_shift = self.modulation(condition).chunk(4, -1)
        return self.norm_attention(x) * (1 + scale) + shift, mlp_scale, mlp_shift

    def within_time(self, x: Tensor) -> Tensor:
        """Let the tokens of one time attend to one another; here a time has one token."""
        return x

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Split into heads: three of (N, H, S, C / H); further axes may lead."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).movedim(-3, 0).transpose(-3, -2)
        return q, k, v

    def finish(self, x: Tensor, attended: Tensor, mlp_scale: Tensor, mlp_shift: Tensor) -> Tensor:
        """Add attention's result (N, H, S, C / H) and the MLP's to the stream (N, S, C)."""
        x = x + self.out(attended.transpose(-3, -2).flatten(-2))
        return x + self.mlp(self.norm_mlp(x) * (1 + mlp_scale) + mlp_shift)


def rotary(x: Tensor, positions: Tensor) -> Tensor:
    """Rotate channel pairs of (N, H, S, c) by angles that grow with the positions (S,)."""
    half = x.shape[-1] // 2
    rates = 1000.0 ** (-torch.arange(half, device=x.device) / half)
    angle = positions[:, None] * rates
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class TokenTransformer(EnergyNetwork):
    """What causal transformers over tokens share, whatever else conditions a token."""

    DISTURBANCE: ClassVar[str] = "own_sample_share"
    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "frames_per_token": 4,
        "context_tokens": 16,
        "latent": 24,
        "components": 4,
        "channels": 64,
        "layers": 2,
        "heads": 4,
        "condition_channels": 32,
    }

    config: TransformerSizes
    codec: TokenCodec

    def __init__(self, config: TransformerSizes, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        self.config, self.labels = config, labels
        channels, condition = config.channels, config.condition_channels
        self.codec = TokenCodec(layout, config.frames_per_token, config.latent)
        self.embed = nn.Linear(config.frames_per_token * layout.width, channels)
        self.emotion = nn.Linear(labels, condition, bias=False)
        self.energy = nn.Linear(2, condition)
        self.condition = nn.Sequential(nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, config.components * (1 + 2 * self.codec.latent))

    @property
    def cache_shape(self) -> tuple[int, ...]:
        """Shape of the keys, and of the values, that a step hands on."""
        c = self.config
        return (c.layers, c.heads, c.context_tokens, c.channels // c.heads)

    def cache_states(self, guesses: int) -> tuple[State, ...]:
        """Return the states of a step that makes so many guesses in one batch."""
        cache = (guesses, *self.cache_shape)
        return (
            State(name="keys", shape=cache),
            State(name="values", shape=cache),
            State(name="filled", shape=(1,)),
        )

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixture off the stream (..., C)."""
        return self.mixture_of(self.norm(x))

    def mixture_of(self, x: Tensor) -> Mixture:
        """Return the mixture that the head reads off a normed stream."""
        return Mixture.from_outputs(self.head(x), self.config.components)

    def seen(self, position: Tensor, reach: Tensor) -> Tensor:
        """Return which tokens each token sees, (N, 1, S, S), by `reach` (N, S)."""
        age = position[:, None] - position[None, :]
        reach = reach.clamp(max=self.config.context_tokens)
        return ((age >= 0) & (age < reach[..., None])).unsqueeze(1)

    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit codec and normalisation and return what the codec keeps, in words."""
        kept = self.codec.fit_windows(windows)
        self.fit_energy(speed)
        return f"codec: {self.codec.latent} numbers keep {kept:.1%} of a token's variance"

    def tokens_of(self, batch: Window) -> Tensor:
        """Return the normalised tokens (N, S, K, F) of windows."""
        frames = self.codec.normalise(batch.frames)
        return frames[:, 2:].unflatten(1, (-1, self.config.frames_per_token))

    def latents_of(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the latents (N, S, D) of tokens after other ones (N, S, K, F)."""
        with torch.autocast(inputs.device.type, enabled=False):
            return self.codec.encode(inputs[:, :, -2:].float(), targets.float())

    def deviation(self, inputs: Tensor, mixture: Mixture) -> Tensor:
        """Return the difference of own samples from the real tokens, (N, S, K, F); 0 for the first.

        Args:
            inputs: Real tokens, (N, S, K, F).
            mixture: Predicted after each of them.
        """
        one = torch.ones_like(inputs[..., 0, :1])
        normal = torch.randn_like(mixture.means[..., 0, :])
        latent = mixture.sample(one, torch.rand_like(one), normal)
        with torch.autocast(inputs.device.type, enabled=False):
            own = self.codec.decode(inputs[:, :-1, -2:].float(), latent[:, :-1].float())
        return functional.pad(own - inputs[:, 1:], (0, 0, 0, 0, 1, 0))

    def nats_of(self, tokens: Tensor, mixture: Mixture) -> Tensor:
        """Return the mean nats per frame of raw features of tokens, but the first, by a mixture."""
        last, targets = tokens[:, :-1, -2:], tokens[:, 1:]
        with torch.autocast(tokens.device.type, enabled=False):
            latent = self.codec.encode(last, targets)
            likelihood = mixture.log_likelihood(latent, self.codec.moving)
            likelihood = likelihood + self.codec.log_volume_and_remainder(last, targets)
        return -likelihood.mean() / self.config.frames_per_token
