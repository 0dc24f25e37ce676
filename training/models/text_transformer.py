"""A causal transformer over tokens of a few frames that reads a prompt by cross-attention.

As `training.models.transformer_mdn`, and beside emotion and energy each token has a prompt: its
sentence modulates the norms, its words are attended to in every block. Prompt and emotion are
dropped apart from each other, so that at run time each is guided by itself: the emotion by what
the prompt alone would do, the prompt by what nothing at all would do. Tokens in which clips are
blended are masked in the loss: no recording shows them.

Shapes: as there, and P texts, T tokens of a text, X numbers in each of them.

References:
    A. Vaswani et al., "Attention Is All You Need", arXiv:1706.03762 (cross-attention). N. Liu et
    al., "Compositional Visual Generation with Composable Diffusion Models", arXiv:2206.01714
    (guidance by several conditions).
"""

from typing import ClassVar, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.features import Layout
from motion.model.contract import State
from motion.model.text import TOKENS, WORDS
from training.models import token_transformer
from training.models.mixture import Mixture
from training.models.network import CALM, ExportedStep, States, StepConditions
from training.models.scheduled_sampling import perturb
from training.models.token_transformer import TokenTransformer, rotary
from training.models.window import Window

TEXT_GUIDANCE = 1.5
"""By how much a prompt is exaggerated."""

BRANCHES = 3
"""Guesses of a step: with emotion and prompt, with the prompt alone, with neither."""


class Config(token_transformer.TransformerSizes):
    """Sizes of a network.

    Attributes:
        text_encoder: Name of an encoder of `motion.model.text`.
        text_channels: Numbers in a token of that encoder.
    """

    kind: Literal["text-transformer"]
    text_encoder: str = WORDS
    text_channels: int = Field(default=256, ge=1)


class TokenConditions(NamedTuple):
    """The conditions of tokens.

    Attributes:
        labels: Weights, (..., L); all zero where nothing is known.
        energy: Mean joint speed of the coming second, m/s, (..., 1); 0 where not known.
        text: Tokens of prompts, zeros where there is none: (P, T, X).
        number: Which of the prompts, (...).
    """

    labels: Tensor
    energy: Tensor
    text: Tensor
    number: Tensor

    @property
    def sentence(self) -> Tensor:
        """First tokens of the prompts, (..., X)."""
        return self.text[self.number, 0]


class Block(token_transformer.Block):
    """A block that attends to a prompt between the motion and the MLP."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        channels = config.channels
        self.norm_text = nn.LayerNorm(channels)
        self.query = nn.Linear(channels, channels)
        self.keys_values = nn.Linear(channels, 2 * channels)
        self.read_out = nn.Linear(channels, channels)

    def read(self, x: Tensor, words: Tensor, there: Tensor, number: Tensor) -> Tensor:
        """Add to the stream what is read in prompts.

        Args:
            x: The stream, (N, S, C).
            words: Embedded tokens of prompts, (P, T, C).
            there: Which of them there are, (P, T).
            number: Which prompt each token of the stream reads, (N, S).
        """
        query = self.query(self.norm_text(x)).unflatten(-1, (self.heads, -1))
        # Gathered as an embedding, whose gradient is cheap.
        read = functional.embedding(number, self.keys_values(words).flatten(1))
        keys, values = read.unflatten(-1, (words.shape[1], 2, self.heads, -1)).unbind(-3)
        scores = torch.einsum("nshc,nsthc->nsht", query, keys) * query.shape[-1] ** -0.5
        weights = scores.masked_fill(~there[number].unsqueeze(-2), -1e9).softmax(-1)
        attended = torch.einsum("nsht,nsthc->nshc", weights, values)
        read_out: Tensor = self.read_out(attended.flatten(-2))
        return x + read_out


class Step(ExportedStep):
    """One step as the contract has it: raw frames in, raw frames out, all guesses in one batch.

    Caches carry a second axis of three, for the guesses.
    """

    network: "TextTransformer"

    @property
    def states(self) -> tuple[State, ...]:
        """Caches of keys and values, and how many of their slots are in use."""
        return self.network.cache_states(BRANCHES)

    @property
    def noise(self) -> int:
        """A number for each of a latent."""
        return self.network.codec.latent

    @property
    def text_width(self) -> int:
        """Tokens of a prompt, and its usual energy."""
        return TOKENS * self.network.config.text_channels + 1

    def calm(self, emotion: Tensor, energy: Tensor, pace: Tensor) -> Tensor:
        """Return the energy (N, 1) that the guesses without emotion get.

        Args:
            emotion: Weights, (N, E).
            energy: Asked for, m/s, (N, 1).
            pace: Usual energy of the prompt, m/s, 0 where there is none, (N, 1).
        """
        total = emotion.sum(1, keepdim=True)
        usual = (emotion * self.usual_energy).sum(1, keepdim=True) / total.clamp(min=1e-3)
        usual = torch.where(pace > 0, pace, usual)
        return torch.where(total > 0, CALM * usual, energy)

    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after them."""
        network, (keys, values, filled) = self.network, states
        filled = (filled + 1).clamp(max=network.config.context_tokens)
        normalised = network.codec.normalise(frames)
        mixture, keys_after, values_after = network.step(
            normalised.unsqueeze(1).expand(-1, BRANCHES, -1, -1).flatten(0, 1),
            self.branches_of(conditions),
            keys.flatten(0, 1),
            values.flatten(0, 1),
            filled.expand(-1, BRANCHES).flatten(),
        )
        latent = guided(mixture, conditions.guidance).sample(
            conditions.temperature, conditions.uniform, conditions.normal
        )
        following = network.codec.decode(normalised[:, -2:], latent)
        caches = (part.unflatten(0, (-1, BRANCHES)) for part in (keys_after, values_after))
        return network.codec.denormalise(following), (*caches, filled)

    def branches_of(self, conditions: StepConditions) -> TokenConditions:
        """Return the conditions of the guesses, three to each row, (3 N)."""
        emotion, energy, text = conditions.emotion, conditions.energy, conditions.text
        assert text is not None  # as text_width says
        prompt, calm = (
            text[:, :-1].unflatten(1, (TOKENS, -1)),
            self.calm(emotion, energy, text[:, -1:]),
        )
        nothing = self.labels_of(torch.zeros_like(emotion))
        labels = torch.stack([self.labels_of(emotion), nothing, nothing], 1)
        prompts = torch.stack([prompt, prompt, torch.zeros_like(prompt)], 1).flatten(0, 1)
        return TokenConditions(
            labels.flatten(0, 1),
            torch.stack([energy, calm, calm], 1).flatten(0, 1),
            prompts,
            torch.arange(prompts.shape[0], device=text.device),
        )


class TextTransformer(TokenTransformer):
    """Predicts the next token's latent from the tokens so far, an emotion, an energy, a prompt."""

    STEP: ClassVar[type[ExportedStep]] = Step

    config: Config
    texts: Tensor

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        channels = config.channels
        self.sentence = nn.Linear(config.text_channels, config.condition_channels, bias=False)
        self.words = nn.Linear(config.text_channels, channels)
        self.place = nn.Parameter(torch.zeros(1 + TOKENS, channels))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.register_buffer(
            "texts", torch.zeros(1, TOKENS, config.text_channels), persistent=False
        )

    def _layers(self) -> list[Block]:
        return [block for block in self.blocks if isinstance(block, Block)]

    def learn_texts(self, tokens: Tensor) -> None:
        """Take note of the tokens (P, T, X) of texts by number."""
        self.texts = tokens.to(self.texts)

    def conditioned(self, conditions: TokenConditions) -> Tensor:
        """Embed all that holds for a token as a whole."""
        level = self.energy_level(conditions.energy)
        energy = self.energy(level)
        return self.condition(
            self.emotion(conditions.labels) + energy + self.sentence(conditions.sentence)
        )

    def embedded(self, text: Tensor) -> tuple[Tensor, Tensor]:
        """Embed prompts (P, T, X) and tell which tokens there are; one of silence is always."""
        text = functional.pad(text, (0, 0, 1, 0))
        there = (text != 0).any(-1)
        silence = torch.arange(text.shape[1], device=text.device) == 0
        return self.words(text) + self.place, there | silence

    def forward(self, frames: Tensor, conditions: TokenConditions, reach: Tensor) -> Mixture:
        """Predict each next token.

        Args:
            frames: Normalised features of the tokens, (N, S, K, F).
            conditions: Conditions of each next token, (N, S).
            reach: How many tokens each token sees, itself included, (N, S).
        """
        position = torch.arange(frames.shape[1], device=frames.device)
        seen = self.seen(position, reach)
        condition = self.conditioned(conditions)
        words, there = self.embedded(conditions.text)
        x = self.embed(frames.flatten(-2))
        for block in self._layers():
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            q, k = rotary(q, position), rotary(k, position)
            attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen)
            x = block.read(x, words, there, conditions.number)
            x = block.finish(x, attended, mlp_scale, mlp_shift)
        return self.mixture(x)

    def step(
        self,
        frames: Tensor,
        conditions: TokenConditions,
        keys: Tensor,
        values: Tensor,
        filled: Tensor,
    ) -> tuple[Mixture, Tensor, Tensor]:
        """Predict the next token from the newest one and a cache of the tokens before.

        Args:
            frames: Normalised features of the newest token, (N, K, F).
            conditions: Conditions of the next token, (N,).
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
        condition = self.conditioned(conditions).unsqueeze(1)
        words, there = self.embedded(conditions.text)
        new_keys, new_values = [], []
        for layer, block in enumerate(self._layers()):
            normed, mlp_scale, mlp_shift = block.modulated(x, condition)
            q, k, v = block.queries_keys_values(normed)
            k = torch.cat([keys[:, layer, :, 1:], k], 2)
            v = torch.cat([values[:, layer, :, 1:], v], 2)
            scores = rotary(q, slot[-1:]) @ rotary(k, slot).transpose(-1, -2) * q.shape[-1] ** -0.5
            attended = scores.masked_fill(~seen, -1e9).softmax(-1) @ v
            x = block.read(x, words, there, conditions.number.unsqueeze(1))
            x = block.finish(x, attended, mlp_scale, mlp_shift)
            new_keys.append(k)
            new_values.append(v)
        return self.mixture(x.squeeze(1)), torch.stack(new_keys, 1), torch.stack(new_values, 1)

    def conditions_of(self, batch: Window) -> TokenConditions:
        """Return the conditions of each but the first token of windows."""
        which, number = batch.text[:, 1:].unique(return_inverse=True)
        texts = self.texts[which]
        return TokenConditions(batch.labels[:, 1:], batch.energy[:, 1:], texts, number)

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the mean negative log likelihood per latent dimension, nats.

        With a probability of `disturbance` an input token is the network's own sample of it; see
        `training.models.transformer_mdn`.
        """
        tokens, conditions, reach = (
            self.tokens_of(batch),
            self.conditions_of(batch),
            batch.reach[:, 1:],
        )
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        if disturbance:
            with torch.no_grad():
                deviation = self.deviation(inputs, self(inputs, conditions, reach))
            inputs, targets = perturb(inputs, targets, deviation, disturbance)
        latent = self.latents_of(inputs, targets)
        mixture = self(inputs, conditions, reach)
        likelihood = mixture.log_likelihood(latent, self.codec.moving) / self.codec.latent
        real = batch.real[:, 1:]
        return -(likelihood * real).sum() / real.sum().clamp(min=1)

    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, nats per frame."""
        tokens = self.tokens_of(batch)
        everything = torch.full_like(batch.reach[:, 1:], self.config.context_tokens)
        return self.nats_of(tokens, self(tokens[:, :-1], self.conditions_of(batch), everything))


def guided(guesses: Mixture, guidance: Tensor) -> Mixture:
    """Combine the guesses (3 N): away from the prompt alone, and with it away from nothing."""
    both, prompt, neither = (
        Mixture(*(part.unflatten(0, (-1, BRANCHES))[:, i] for part in guesses))
        for i in range(BRANCHES)
    )
    felt = both.guided(prompt, guidance)
    return Mixture(
        felt.logits + TEXT_GUIDANCE * (prompt.logits - neither.logits),
        felt.means + TEXT_GUIDANCE * (prompt.means - neither.means),
        felt.log_scales,
    )
