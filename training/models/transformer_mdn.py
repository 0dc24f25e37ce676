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

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.contract import State
from motion.features import Layout
from training.fit.dataset import Window
from training.models.mixture import Mixture
from training.models.network import (
    AttentionSizes,
    ExportedStep,
    Network,
    calm,
    energy_level,
)
from training.models.token_codec import TokenCodec
from training.models.way_back import way_back


class TransformerSizes(AttentionSizes):
    """Sizes of a causal transformer over tokens."""

    frames_per_token: int = Field(ge=2)
    latent: int = Field(ge=1)
    components: int = Field(ge=1)
    layers: int = Field(ge=1)
    condition_channels: int = Field(default=128, ge=1)


class Config(TransformerSizes):
    """Sizes of a network."""

    kind: Literal["transformer-mdn"] = "transformer-mdn"


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


class TransformerMDN(Network):
    """Predicts the next token's latent from the tokens so far, an emotion and an energy."""

    DISTURBANCE: ClassVar[str] = "own_sample_share"
    PROVING: ClassVar[Mapping[str, Any]] = {
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
    log_energy_mean: Tensor
    log_energy_scale: Tensor

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
        self.register_buffer("log_energy_mean", torch.zeros(()))
        self.register_buffer("log_energy_scale", torch.ones(()))

    def _layers(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    @property
    def cache_shape(self) -> tuple[int, ...]:
        """Of the keys, and of the values, that a step hands on."""
        c = self.config
        return (c.layers, c.heads, c.context_tokens, c.channels // c.heads)

    def embedded(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Return the stream (..., C) of normalised tokens (..., K, F).

        `other` is what is seen of another dancer, raw, (..., K, W), for kinds that heed one.
        """
        del other
        stream: Tensor = self.embed(frames.flatten(-2))
        return stream

    def conditioned(self, labels: Tensor, energy: Tensor) -> Tensor:
        """Embed the conditions.

        Args:
            labels: Weights (..., L); all zero where nothing is known.
            energy: Mean joint speed of the coming second, m/s, (..., 1); 0 where not known.
        """
        level = energy_level(energy, self.log_energy_mean, self.log_energy_scale)
        return self.condition(self.emotion(labels) + self.energy(level))

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixture off the stream (..., C)."""
        return self.mixture_of(self.norm(x))

    def mixture_of(self, x: Tensor) -> Mixture:
        """Return the mixture that the head reads off a normed stream."""
        config = self.config
        raw = self.head(x).float()
        logits, rest = raw.split([config.components, raw.shape[-1] - config.components], -1)
        means, log_scales = rest.unflatten(-1, (config.components, -1)).chunk(2, -1)
        return Mixture(logits, means, log_scales.clamp(-4.0, 2.0))

    def seen(self, position: Tensor, reach: Tensor) -> Tensor:
        """Return which tokens each token sees, (N, 1, S, S), by `reach` (N, S)."""
        age = position[:, None] - position[None, :]
        reach = reach.clamp(max=self.config.context_tokens)
        return ((age >= 0) & (age < reach[..., None])).unsqueeze(1)

    def forward(
        self,
        frames: Tensor,
        labels: Tensor,
        energy: Tensor,
        reach: Tensor,
        other: Tensor | None = None,
    ) -> Mixture:
        """Predict each next token.

        Args:
            frames: Normalised features of the tokens, (N, S, K, F).
            labels: Weights for each next token, (N, S, L).
            energy: Energy for each next token, (N, S, 1).
            reach: How many tokens each token sees, itself included, (N, S).
            other: As for `embedded`, (N, S, K, W).
        """
        position = torch.arange(frames.shape[1], device=frames.device)
        seen = self.seen(position, reach)
        condition = self.conditioned(labels, energy)
        x = self.embedded(frames, other)
        for block in self._layers():
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            q, k = rotary(q, position), rotary(k, position)
            attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
            x = block.finish(x, attended, mlp_scale, mlp_shift)
        return self.mixture(x)

    def step(
        self,
        frames: Tensor,
        condition: Tensor,
        keys: Tensor,
        values: Tensor,
        filled: Tensor,
        other: Tensor | None = None,
    ) -> tuple[Mixture, Tensor, Tensor]:
        """Predict the next token from the newest one and a cache of the tokens before.

        Args:
            frames: Normalised features of the newest token, (N, K, F).
            condition: From `conditioned`, (N, channels).
            keys: Cached keys, oldest first, not yet rotated, (N, layers, H, W, c).
            values: Cached values, likewise.
            filled: How many slots of the cache are in use, the newest token's included, (N,).
            other: As for `embedded`, (N, K, W).

        Returns:
            The mixture, and keys and values with the newest token in the last slot.
        """
        window = self.config.context_tokens
        slot = torch.arange(window, device=frames.device)
        seen = (slot >= window - filled[:, None])[:, None, None, :]
        x = self.embedded(frames, other).unsqueeze(1)
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

    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit codec and normalisation and return what the codec keeps, in words."""
        kept = self.codec.fit_windows(windows)
        level = speed.clamp(min=1e-2).log()
        self.log_energy_mean.copy_(level.mean())
        self.log_energy_scale.copy_(level.std().clamp(min=1e-3))
        return f"codec: {self.codec.latent} numbers keep {kept:.1%} of a token's variance"

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the mean negative log likelihood per latent dimension, nats.

        With a probability of `disturbance` an input token is the network's own sample of it. What
        follows then leads back to the real motion as softly as a body does, and so the network
        learns to mend its errors without haste.
        """
        frames, labels, energy, reach, other = *batch[:4], batch.other
        real = self.codec.normalise(frames)
        tokens = real[:, 2:].unflatten(1, (-1, self.config.frames_per_token))
        conditions = labels[:, 1:], energy[:, 1:], reach[:, 1:], other[:, :-1]
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        if disturbance:
            strayed = self._strayed(inputs, *conditions)
            chosen = torch.rand(inputs.shape[:2], device=inputs.device) < disturbance
            strayed = strayed * chosen[..., None, None]
            returning = way_back(strayed)
            inputs = inputs + strayed + returning[:, :-1]
            targets = targets + returning[:, 1:]
        with torch.autocast(inputs.device.type, enabled=False):
            latent = self.codec.encode(inputs[:, :, -2:].float(), targets.float())
        likelihood = self(inputs, *conditions).log_likelihood(latent)
        return -likelihood.mean() / self.codec.latent

    @torch.no_grad()
    def _strayed(
        self, inputs: Tensor, labels: Tensor, energy: Tensor, reach: Tensor, other: Tensor
    ) -> Tensor:
        """Return how far the network's own samples are from the real tokens; 0 for the first."""
        mixture = self(inputs, labels, energy, reach, other)
        one = torch.ones_like(energy)
        normal = torch.randn_like(mixture.means[..., 0, :])
        latent = mixture.sample(one, torch.rand_like(one), normal)
        with torch.autocast(inputs.device.type, enabled=False):
            own = self.codec.decode(inputs[:, :-1, -2:].float(), latent[:, :-1].float())
        return functional.pad(own - inputs[:, 1:], (0, 0, 0, 0, 1, 0))

    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, nats per frame."""
        frames, labels, energy, reach, other = *batch[:4], batch.other
        real = self.codec.normalise(frames)
        tokens = real[:, 2:].unflatten(1, (-1, self.config.frames_per_token))
        last, targets = tokens[:, :-1, -2:], tokens[:, 1:]
        everything = torch.full_like(reach[:, 1:], self.config.context_tokens)
        mixture = self(tokens[:, :-1], labels[:, 1:], energy[:, 1:], everything, other[:, :-1])
        with torch.autocast(frames.device.type, enabled=False):
            likelihood = mixture.log_likelihood(self.codec.encode(last, targets))
            likelihood = likelihood + self.codec.log_volume_and_remainder(last, targets)
        return -likelihood.mean() / self.config.frames_per_token

    def exported(self, always: Tensor, usual_energy: Tensor) -> "Step":
        """Return what is exported; labels that are no emotions always have these weights."""
        return Step(self, always, usual_energy)


class Step(ExportedStep):
    """One step as the contract has it: raw frames in, raw frames out, guidance in one batch.

    Caches carry a second axis of two: with the emotion, and without.
    """

    network: TransformerMDN
    usual_energy: Tensor

    def __init__(self, network: TransformerMDN, always: Tensor, usual_energy: Tensor) -> None:
        c, cache = network.config, (2, *network.cache_shape)
        states = (
            State(name="keys", shape=cache),
            State(name="values", shape=cache),
            State(name="filled", shape=(1,)),
        )
        super().__init__(network, always, states, c.frames_per_token, network.codec.latent)
        self.register_buffer("usual_energy", usual_energy)

    def forward(
        self,
        frames: Tensor,
        emotion: Tensor,
        energy: Tensor,
        temperature: Tensor,
        guidance: Tensor,
        uniform: Tensor,
        normal: Tensor,
        keys: Tensor,
        values: Tensor,
        filled: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the next frames and the next states; shapes as in the contract."""
        conditions = emotion, energy, temperature, guidance, uniform, normal
        return self.following(frames, None, *conditions, keys, values, filled)

    def following(
        self, frames: Tensor, other: Tensor | None, *rest: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what `forward` does, for kinds that heed another dancer too."""
        emotion, energy, temperature, guidance, uniform, normal, keys, values, filled = rest
        network = self.network
        filled = (filled + 1).clamp(max=network.config.context_tokens)
        normalised = network.codec.normalise(frames)
        both = network.conditioned(
            torch.stack([self.labels_of(emotion), self.labels_of(torch.zeros_like(emotion))], 1),
            torch.stack([energy, calm(emotion, energy, self.usual_energy)], 1),
        )
        mixture, keys_after, values_after = network.step(
            normalised.unsqueeze(1).expand(-1, 2, -1, -1).flatten(0, 1),
            both.flatten(0, 1),
            keys.flatten(0, 1),
            values.flatten(0, 1),
            filled.expand(-1, 2).flatten(),
            None if other is None else other.unsqueeze(1).expand(-1, 2, -1, -1).flatten(0, 1),
        )
        with_emotion, without = (
            type(mixture)(*(part.unflatten(0, (-1, 2))[:, i] for part in mixture)) for i in (0, 1)
        )
        latent = with_emotion.guided(without, guidance).sample(temperature, uniform, normal)
        following = network.codec.decode(normalised[:, -2:], latent)
        return (
            network.codec.denormalise(following),
            keys_after.unflatten(0, (-1, 2)),
            values_after.unflatten(0, (-1, 2)),
            filled,
        )
