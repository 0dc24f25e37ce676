"""A causal transformer over tokens of a few frames, with a mixture density head.

One token is `frames_per_token` frames of features. From the tokens so far, an emotion and an
energy, the network predicts a mixture over the next token's latent. The codec turns a latent into
frames that go on from the last two frames, so motion has no seam between tokens. Normalisation
and codec are part of the network.

Shapes: N batch, S tokens, K frames per token, F features, D latent, M mixture components,
L emotion labels, W context tokens, C channels, H heads.

References:
    C. M. Bishop, "Mixture Density Networks", 1994. M. Tschannen et al., "GIVT: Generative
    Infinite-Vocabulary Transformers", arXiv:2312.02116 (joint mixture over a latent). J. Su et
    al., "RoFormer", arXiv:2104.09864 (rotary positions). E. Perez et al., "FiLM",
    arXiv:1709.07871 (conditioning). J. Ho and T. Salimans, "Classifier-Free Diffusion Guidance",
    arXiv:2207.12598.
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Config:
    """Sizes of a network."""

    labels: int
    features: int
    frames_per_token: int = 4
    context_tokens: int = 32
    latent: int = 96
    components: int = 8
    channels: int = 256
    layers: int = 5
    heads: int = 4
    condition_channels: int = 128

    def to_dict(self) -> dict[str, int]:
        """Return the sizes by name."""
        return asdict(self)


class Mixture(NamedTuple):
    """A Gaussian mixture with diagonal covariances over a latent.

    Attributes:
        logits: (..., M).
        means: (..., M, D).
        log_scales: Natural logarithms of the standard deviations, (..., M, D).
    """

    logits: Tensor
    means: Tensor
    log_scales: Tensor

    def log_likelihood(self, latent: Tensor) -> Tensor:
        """Return log densities (...) of latents (..., D) in nats."""
        z = (latent.unsqueeze(-2) - self.means) * torch.exp(-self.log_scales)
        density = -0.5 * (z.square() + 1.8378770664093453).sum(-1) - self.log_scales.sum(-1)
        return torch.logsumexp(density + functional.log_softmax(self.logits, -1), -1)

    def guided(self, unconditional: "Mixture", guidance: Tensor) -> "Mixture":
        """Push logits and means away from the unconditional mixture; guidance 0 changes nothing."""
        return Mixture(
            self.logits + guidance * (self.logits - unconditional.logits),
            self.means + guidance.unsqueeze(-1) * (self.means - unconditional.means),
            self.log_scales,
        )

    def sample(self, temperature: Tensor, uniform: Tensor, normal: Tensor) -> Tensor:
        """Return one latent (..., D).

        Args:
            temperature: Divides the logits and multiplies the variances, (..., 1); 0 gives the
                mean of the likeliest component.
            uniform: Draws the component, in [0, 1), (..., 1).
            normal: Draws within the component, (..., D).
        """
        weights = functional.softmax(self.logits / temperature.clamp(min=1e-3), -1)
        passed = (weights.cumsum(-1) <= uniform).sum(-1).clamp(max=weights.shape[-1] - 1)
        chosen = functional.one_hot(passed, weights.shape[-1]).to(weights.dtype).unsqueeze(-1)
        mean = (chosen * self.means).sum(-2)
        scale = torch.exp((chosen * self.log_scales).sum(-2))
        return mean + temperature.clamp(min=0).sqrt() * scale * normal


class TokenCodec(nn.Module):
    """A linear codec of tokens given the last two frames; all in normalised features.

    A token is what a linear regression extrapolates from the last two frames, plus a basis of the
    residual. So a latent of zeros goes on smoothly, and every latent starts where the motion is.
    """

    mean: Tensor
    scale: Tensor
    extrapolation: Tensor
    basis: Tensor
    analysis: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        span = config.frames_per_token * config.features
        self.frames_per_token = config.frames_per_token
        self.register_buffer("mean", torch.zeros(config.features))
        self.register_buffer("scale", torch.ones(config.features))
        self.register_buffer("extrapolation", torch.zeros(2 * config.features + 1, span))
        self.register_buffer("basis", torch.zeros(config.latent, span))
        self.register_buffer("analysis", torch.zeros(span, config.latent))

    @torch.no_grad()
    def fit(self, frames: Tensor, importance: Tensor, ridge: float = 1e-3) -> float:
        """Fit to stretches of real motion.

        Args:
            frames: Raw features of 2 + K consecutive frames, (samples, 2 + K, F).
            importance: What an error of one standard deviation matters, (F,).
            ridge: Weight of the penalty on the regression, relative to the data.

        Returns:
            Share of the weighted variance of tokens that the codec keeps.
        """
        flat = frames.flatten(0, 1).double()
        self.mean.copy_(flat.mean(0))
        self.scale.copy_(flat.std(0).clamp(min=1e-3) / importance.clamp(min=1e-3))
        known = self._regressors(self.normalise(frames[:, :2])).double()
        token = self.normalise(frames[:, 2:]).flatten(1).double()
        gram = known.T @ known
        gram += ridge * len(known) * torch.eye(len(gram), dtype=gram.dtype)
        solution = torch.linalg.solve(gram, known.T @ token)
        self.extrapolation.copy_(solution)
        residual = token - known @ solution
        values, vectors = torch.linalg.eigh(residual.T @ residual / len(residual))
        latent = self.basis.shape[0]
        spread = values[-latent:].flip(0).clamp(min=1e-12).sqrt()
        axes = vectors[:, -latent:].flip(1)
        self.basis.copy_((axes * spread).T)
        self.analysis.copy_(axes / spread)
        lost = (residual - residual @ axes @ axes.T).square().sum()
        return float(1 - lost / (token - token.mean(0)).square().sum())

    def normalise(self, frames: Tensor) -> Tensor:
        """Raw to normalised features (..., F)."""
        return (frames - self.mean) / self.scale

    def denormalise(self, frames: Tensor) -> Tensor:
        """Normalised to raw features (..., F)."""
        return frames * self.scale + self.mean

    def encode(self, last: Tensor, token: Tensor) -> Tensor:
        """Latent (..., D) of a token (..., K, F) that follows the last frames (..., 2, F)."""
        residual = token.flatten(-2) - self._regressors(last) @ self.extrapolation
        return residual @ self.analysis

    def decode(self, last: Tensor, latent: Tensor) -> Tensor:
        """Token (..., K, F) that goes on from the last frames (..., 2, F)."""
        token = self._regressors(last) @ self.extrapolation + latent @ self.basis
        return token.unflatten(-1, (self.frames_per_token, -1))

    def _regressors(self, last: Tensor) -> Tensor:
        flat = last.flatten(-2)
        return torch.cat([flat, torch.ones_like(flat[..., :1])], -1)


class Block(nn.Module):
    """A pre-norm transformer block whose norms are scaled and shifted by the condition."""

    def __init__(self, config: Config) -> None:
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

    def queries_keys_values(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Split into heads: three of (N, H, S, C / H)."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return q, k, v

    def finish(self, x: Tensor, attended: Tensor, mlp_scale: Tensor, mlp_shift: Tensor) -> Tensor:
        """Add attention's result (N, H, S, C / H) and the MLP's to the stream (N, S, C)."""
        x = x + self.out(attended.transpose(1, 2).flatten(-2))
        return x + self.mlp(self.norm_mlp(x) * (1 + mlp_scale) + mlp_shift)


def rotary(x: Tensor, positions: Tensor) -> Tensor:
    """Rotate channel pairs of (N, H, S, c) by angles that grow with the positions (S,)."""
    half = x.shape[-1] // 2
    rates = 1000.0 ** (-torch.arange(half, device=x.device) / half)
    angle = positions[:, None] * rates
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    a, b = x[..., :half], x[..., half:]
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class TransformerMDN(nn.Module):
    """Predicts the next token's latent from the tokens so far, an emotion and an energy."""

    log_energy_mean: Tensor
    log_energy_scale: Tensor

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        channels, condition = config.channels, config.condition_channels
        self.codec = TokenCodec(config)
        self.embed = nn.Linear(config.frames_per_token * config.features, channels)
        self.emotion = nn.Linear(config.labels, condition, bias=False)
        self.energy = nn.Linear(2, condition)
        self.condition = nn.Sequential(nn.SiLU(), nn.Linear(condition, condition), nn.SiLU())
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(channels)
        self.head = nn.Linear(channels, config.components * (1 + 2 * config.latent))
        self.register_buffer("log_energy_mean", torch.zeros(()))
        self.register_buffer("log_energy_scale", torch.ones(()))

    def _layers(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def conditioned(self, emotion: Tensor, energy: Tensor) -> Tensor:
        """Embed the conditions.

        Args:
            emotion: Weights (..., L); all zero where the emotion is not known.
            energy: Mean joint speed of the coming second, m/s, (..., 1); 0 where not known.
        """
        known = (energy > 0).to(energy.dtype)
        level = (energy.clamp(min=1e-3).log() - self.log_energy_mean) / self.log_energy_scale
        energy_in = torch.cat([level.clamp(-3, 3) * known, known], -1)
        return self.condition(self.emotion(emotion) + self.energy(energy_in))

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixture off the stream (..., C)."""
        config = self.config
        raw = self.head(self.norm(x)).float()
        logits, rest = raw.split([config.components, raw.shape[-1] - config.components], -1)
        means, log_scales = rest.unflatten(-1, (config.components, -1)).chunk(2, -1)
        return Mixture(logits, means, log_scales.clamp(-4.0, 2.0))

    def forward(self, frames: Tensor, emotion: Tensor, energy: Tensor) -> Mixture:
        """Predict each next token.

        Args:
            frames: Normalised features of the tokens, (N, S, K, F).
            emotion: Weights for each next token, (N, S, L).
            energy: Energy for each next token, (N, S, 1).
        """
        tokens = frames.shape[1]
        position = torch.arange(tokens, device=frames.device)
        age = position[:, None] - position[None, :]
        seen = (age >= 0) & (age < self.config.context_tokens)
        condition = self.conditioned(emotion, energy)
        x = self.embed(frames.flatten(-2))
        for block in self._layers():
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            q, k = rotary(q, position), rotary(k, position)
            attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
            x = block.finish(x, attended, mlp_scale, mlp_shift)
        return self.mixture(x)

    def step(
        self, frames: Tensor, condition: Tensor, keys: Tensor, values: Tensor, filled: Tensor
    ) -> tuple[Mixture, Tensor, Tensor]:
        """Predict the next token from the newest one and a cache of the tokens before.

        Args:
            frames: Normalised features of the newest token, (N, K, F).
            condition: From `conditioned`, (N, channels).
            keys: Cached keys, oldest first, not yet rotated, (N, layers, H, W, c).
            values: Cached values, likewise.
            filled: How many slots of the cache are in use, the newest token's included, (N,).

        Returns:
            The mixture, and keys and values with the newest token in the last slot.
        """
        window = self.config.context_tokens
        slot = torch.arange(window, device=frames.device)
        seen = (slot >= window - filled[:, None])[:, None, None, :]
        x = self.embed(frames.flatten(-2)).unsqueeze(1)
        condition = condition.unsqueeze(1)
        new_keys, new_values = [], []
        for layer, block in enumerate(self._layers()):
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            k = torch.cat([keys[:, layer, :, 1:], k], 2)
            v = torch.cat([values[:, layer, :, 1:], v], 2)
            scores = rotary(q, slot[-1:]) @ rotary(k, slot).transpose(-1, -2) * q.shape[-1] ** -0.5
            weights = scores.masked_fill(~seen, -1e9).softmax(-1)
            x = block.finish(x, weights @ v, mlp_scale, mlp_shift)
            new_keys.append(k)
            new_values.append(v)
        return self.mixture(x.squeeze(1)), torch.stack(new_keys, 1), torch.stack(new_values, 1)
