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

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.features import Layout
from motion.model.contract import State
from training.corpus.corpus import FPS
from training.models.mixture import Mixture
from training.models.network import ExportedStep, States, StepConditions, calm
from training.models.scheduled_sampling import foreign_posture, perturb
from training.models.token_transformer import Block, TokenTransformer, TransformerSizes, rotary
from training.models.window import Window


class Config(TransformerSizes):
    """Sizes of a network."""

    kind: Literal["transformer-mdn"] = "transformer-mdn"
    origins: int = Field(default=0, ge=0)
    """How many dances of the corpus it tells apart and dances one after the other; 0 for none."""


STRAIGHTENED = 0.25
"""Share of the way back to rotations, each token. Without it a partner that is asked for twice its
energy is lost within seconds; with all of it, accents are weaker and heads hang."""

ORIGIN_SECONDS = 12.0
"""How long a partner stays with the moves of one dance, a mean: some phrases."""


class Step(ExportedStep):
    """One step as the contract has it: raw frames in, raw frames out, guidance in one batch.

    Caches carry a second axis of two: with the emotion, and without. A network that tells dances
    apart is told one, drawn by two further random numbers, until another is drawn.
    """

    network: "TransformerMDN"

    @property
    def states(self) -> tuple[State, ...]:
        """Caches of keys and values, how many of their slots are in use, and the origin."""
        told = (State(name="origin", shape=(1,)),) if self.network.config.origins else ()
        return (*self.network.cache_states(2), *told)

    @property
    def noise(self) -> int:
        """A number for each of a latent, and two that draw an origin."""
        return self.network.codec.latent + (2 if self.network.config.origins else 0)

    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after them."""
        network, (keys, values, filled, *before) = self.network, states
        emotion, energy, other = conditions.emotion, conditions.energy, conditions.other
        filled = (filled + 1).clamp(max=network.config.context_tokens)
        normalised = network.codec.normalise(frames)
        # Both guesses of guidance are one batch: with the emotion, and without. Both know the same
        # content: guidance exaggerates how it is danced, not what.
        content = conditions.content
        labels = [self.labels_of(each, content) for each in (emotion, torch.zeros_like(emotion))]
        energies = [energy, calm(emotion, energy, self.usual_of(content))]
        origin = [self.next_origin(one, labels[1], conditions.normal) for one in before]
        told = [one.long().expand(-1, 2) for one in origin]
        both = network.conditioned(torch.stack(labels, 1), torch.stack(energies, 1), *told)
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
        latent = with_emotion.guided(without, conditions.guidance).sample(
            conditions.temperature, conditions.uniform, conditions.normal[:, : network.codec.latent]
        )
        following = network.codec.decode(normalised[:, -2:], latent)
        caches = keys_after.unflatten(0, (-1, 2)), values_after.unflatten(0, (-1, 2))
        return self.straightened(network.codec.denormalise(following)), (*caches, filled, *origin)

    def straightened(self, frames: Tensor) -> Tensor:
        """Return frames (N, K, F) whose 6D rotations are nearer to rotations, by Gram and Schmidt.

        What is sampled strays from them a little, and goes on from where it strayed.
        """
        turned = self.network.codec.layout.part["rotations"]
        columns = frames[..., turned].unflatten(-1, (-1, 2, 3))
        first = functional.normalize(columns[..., 0, :], dim=-1)
        second = columns[..., 1, :]
        second = second - (first * second).sum(-1, keepdim=True) * first
        right = torch.stack([first, functional.normalize(second, dim=-1)], -2).flatten(-3)
        nearer = torch.lerp(frames[..., turned], right, STRAIGHTENED)
        return torch.cat([frames[..., : turned.start], nearer, frames[..., turned.stop :]], -1)

    def next_origin(self, before: Tensor, labels: Tensor, normal: Tensor) -> Tensor:
        """Return the number of the dance whose moves come next, (N, 1), as floats.

        It is drawn anew now and then, and where what is to be danced has none like the last. Noise
        of zeros, which steps get whose frames nobody wants, draws nothing.

        Args:
            before: The number so far, (N, 1).
            labels: Weights of what is to be danced, without an emotion, (N, L).
            normal: The step's normal random numbers, of which the last two count, (N, noise).
        """
        weights = labels @ self.network.origin_weights
        draw, change = (0.5 * (1 + torch.erf(normal[:, -2:] * 0.5**0.5))).split(1, 1)
        total = weights.sum(1, keepdim=True)
        passed = (weights.cumsum(1) <= draw * total).sum(1, keepdim=True)
        drawn = torch.where(total > 0, passed.clamp(max=self.network.config.origins), 0)
        unlike = weights.gather(1, before.long()) <= 0
        seldom = self.frames_per_step / (FPS * ORIGIN_SECONDS)
        wanted = normal[:, -1:] != 0
        return torch.where(wanted & (unlike | (change < seldom)), drawn.to(before.dtype), before)


class TransformerMDN(TokenTransformer):
    """Predicts the next token's latent from the tokens so far, an emotion and an energy.

    A time may hold several tokens, as in `training.models.space_time`: then the stream, keys and
    values have a further axis after the batch.
    """

    HEEDS_CONTENT: ClassVar[bool] = True
    STEP: ClassVar[type[ExportedStep]] = Step

    config: Config
    origin_weights: Tensor

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        if config.origins:
            self.origin = nn.Embedding(1 + config.origins, config.condition_channels)
            nn.init.zeros_(self.origin.weight)
            self.register_buffer("origin_weights", torch.zeros(labels, 1 + config.origins))

    def learn_origins(self, weights: Tensor) -> None:
        """Take note of how often a dance begins with each origin, (L, 1 + O)."""
        if self.config.origins:
            self.origin_weights.copy_(weights)

    def _layers(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def embedded(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Return the stream (..., C) of normalised tokens (..., K, F).

        `other` is what is seen of another dancer, raw, (..., K, W), for kinds that observe one.
        """
        del other
        stream: Tensor = self.embed(frames.flatten(-2))
        return stream

    def embedded_newest(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Return the stream (N, 1, C) of the newest token (N, K, F); see `embedded`."""
        return self.embedded(frames, other).unsqueeze(1)

    def mixtures(self, x: Tensor) -> Mixture:
        """Read the mixtures after all tokens off the stream (N, S, C)."""
        return self.mixture(x)

    def conditioned(self, labels: Tensor, energy: Tensor, origin: Tensor | None = None) -> Tensor:
        """Embed the conditions.

        Args:
            labels: Weights (..., L); all zero where nothing is known.
            energy: Mean joint speed of the coming second, m/s, (..., 1); 0 where not known.
            origin: Numbers of origins (...,), for networks that tell them apart.
        """
        told = self.emotion(labels) + self.energy(self.energy_level(energy))
        if self.config.origins and origin is not None:
            told = told + self.origin(origin)
        return self.condition(told)

    def forward(
        self,
        frames: Tensor,
        labels: Tensor,
        energy: Tensor,
        reach: Tensor,
        other: Tensor | None = None,
        origin: Tensor | None = None,
    ) -> Mixture:
        """Predict each next token.

        Args:
            frames: Normalised features of the tokens, (N, S, K, F).
            labels: Weights for each next token, (N, S, L).
            energy: Energy for each next token, (N, S, 1).
            reach: How many tokens each token sees, itself included, (N, S).
            other: As for `embedded`, (N, S, K, W).
            origin: Number of the origin of each next token, (N, S).
        """
        position = torch.arange(frames.shape[1], device=frames.device)
        x = self.embedded(frames, other)
        seen = with_axes(self.seen(position, reach), x.dim() + 1)
        condition = with_axes(self.conditioned(labels, energy, origin), x.dim())
        for block in self._layers():
            x = block.within_time(x)
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            q, k = rotary(q, position), rotary(k, position)
            attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
            x = block.finish(x, attended, mlp_scale, mlp_shift)
        return self.mixtures(x)

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
        x = self.embedded_newest(frames, other)
        seen = with_axes(slot >= window - filled[:, None], x.dim() + 1)
        condition = with_axes(condition, x.dim())
        new_keys, new_values = [], []
        for layer, block in enumerate(self._layers()):
            x = block.within_time(x)
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            # Keys are kept unrotated: a token's slot, and so its angle, moves on with every step.
            k = torch.cat([keys[:, layer, ..., 1:, :], k], -2)
            v = torch.cat([values[:, layer, ..., 1:, :], v], -2)
            scores = rotary(q, slot[-1:]) @ rotary(k, slot).transpose(-1, -2) * q.shape[-1] ** -0.5
            weights = scores.masked_fill(~seen, -1e9).softmax(-1)
            x = block.finish(x, weights @ v, mlp_scale, mlp_shift)
            new_keys.append(k)
            new_values.append(v)
        return self.mixture(x.squeeze(-2)), torch.stack(new_keys, 1), torch.stack(new_values, 1)

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the mean negative log likelihood per latent dimension, nats.

        With a probability of `disturbance` an input token is the network's own sample of it. What
        follows then leads back to the real motion as softly as a body does, and so the network
        learns to correct its errors without haste.
        """
        tokens = self.tokens_of(batch)
        conditions = (
            batch.labels[:, 1:],
            batch.energy[:, 1:],
            batch.reach[:, 1:],
            batch.other[:, :-1],
            batch.origin[:, 1:],
        )
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        if disturbance:
            with torch.no_grad():
                deviation = self.deviation(inputs, self(inputs, *conditions))
                if share := self.config.foreign_posture:
                    deviation += foreign_posture(inputs, self.codec.layout, share)
            inputs, targets = perturb(inputs, targets, deviation, disturbance)
        latent = self.latents_of(inputs, targets)
        likelihood = self(inputs, *conditions).log_likelihood(latent, self.codec.moving)
        return -likelihood.mean() / self.codec.latent

    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, nats per frame."""
        tokens = self.tokens_of(batch)
        everything = torch.full_like(batch.reach[:, 1:], self.config.context_tokens)
        conditions = batch.labels[:, 1:], batch.energy[:, 1:], everything, batch.other[:, :-1]
        mixture = self(tokens[:, :-1], *conditions, batch.origin[:, 1:])
        return self.nats_of(tokens, mixture)


def with_axes(x: Tensor, count: int) -> Tensor:
    """Return a tensor with axes of one put after the batch axis, until it has so many."""
    while x.dim() < count:
        x = x.unsqueeze(1)
    return x
