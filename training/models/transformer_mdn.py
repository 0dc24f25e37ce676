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
from torch import Tensor
from torch.nn import functional

from motion.model.contract import State
from training.fit.dataset import Window
from training.models.mixture import Mixture
from training.models.network import ExportedStep, calm
from training.models.scheduled_sampling import led_astray
from training.models.token_transformer import Block, TokenTransformer, TransformerSizes, rotary


class Config(TransformerSizes):
    """Sizes of a network."""

    kind: Literal["transformer-mdn"] = "transformer-mdn"


class TransformerMDN(TokenTransformer):
    """Predicts the next token's latent from the tokens so far, an emotion and an energy."""

    HEEDS_CONTENT: ClassVar[bool] = True

    def _layers(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

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
        level = self.energy_level(energy)
        return self.condition(self.emotion(labels) + self.energy(level))

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

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the mean negative log likelihood per latent dimension, nats.

        With a probability of `disturbance` an input token is the network's own sample of it. What
        follows then leads back to the real motion as softly as a body does, and so the network
        learns to mend its errors without haste.
        """
        tokens = self.tokens_of(batch)
        conditions = (
            batch.labels[:, 1:],
            batch.energy[:, 1:],
            batch.reach[:, 1:],
            batch.other[:, :-1],
        )
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        if disturbance:
            with torch.no_grad():
                strayed = self.strayed(inputs, self(inputs, *conditions))
            inputs, targets = led_astray(inputs, targets, strayed, disturbance)
        latent = self.latents_of(inputs, targets)
        likelihood = self(inputs, *conditions).log_likelihood(latent, self.codec.moving)
        return -likelihood.mean() / self.codec.latent

    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, nats per frame."""
        tokens = self.tokens_of(batch)
        everything = torch.full_like(batch.reach[:, 1:], self.config.context_tokens)
        told = batch.labels[:, 1:], batch.energy[:, 1:], everything, batch.other[:, :-1]
        return self.nats_of(tokens, self(tokens[:, :-1], *told))

    def exported(self, always: Tensor, usual_energy: Tensor) -> "Step":
        """Return what is exported; see `Network.exported`."""
        kind = Step if usual_energy.ndim == 1 else ContentStep
        return kind(self, always, usual_energy)


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
        self,
        frames: Tensor,
        other: Tensor | None,
        *rest: Tensor,
        content: Tensor | None = None,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return what `forward` does, for kinds that heed more."""
        emotion, energy, temperature, guidance, uniform, normal, keys, values, filled = rest
        network = self.network
        filled = (filled + 1).clamp(max=network.config.context_tokens)
        normalised = network.codec.normalise(frames)
        both = network.conditioned(
            torch.stack(
                [
                    self.labels_of(emotion, content),
                    self.labels_of(torch.zeros_like(emotion), content),
                ],
                1,
            ),
            torch.stack([energy, calm(emotion, energy, self.usual_of(content))], 1),
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

    def usual_of(self, content: Tensor | None) -> Tensor:
        """Return the usual energy of each emotion, m/s, (E,); of contents (N, C), (N, E)."""
        if content is None:
            return self.usual_energy
        known = content.sum(1, keepdim=True)
        mixed = content @ self.usual_energy / known.clamp(min=1e-3)
        return torch.where(known > 0, mixed, self.usual_energy[:1])


class ContentStep(Step):
    """One step as the contract has it, with `content`.

    The guess without emotion is told the same content: guidance exaggerates how it is danced, not
    what.
    """

    def forward(  # type: ignore[override]  # a further input, as the contract says
        self,
        frames: Tensor,
        emotion: Tensor,
        energy: Tensor,
        temperature: Tensor,
        guidance: Tensor,
        uniform: Tensor,
        normal: Tensor,
        content: Tensor,
        keys: Tensor,
        values: Tensor,
        filled: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return the next frames and the next states; shapes as in the contract."""
        conditions = emotion, energy, temperature, guidance, uniform, normal
        return self.following(frames, None, *conditions, keys, values, filled, content=content)
