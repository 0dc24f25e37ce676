"""What every kind of motion model offers to training and export.

A kind is one file: its `Config`, its network with the loss, and the `Step` that is exported.
`training.models.kinds` lists them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from motion.features import Layout
from motion.model.contract import State
from training.models.normalisation import Normalisation
from training.models.window import Window

CALM = 0.7
"""Share of an emotion's usual energy that the guess without emotion gets.

So guidance exaggerates energy too, and energy beyond the usual counts more. Without it guidance
towards a calm emotion leads into standing still.
"""


REGISTER = 4
"""Numbers that onnxruntime takes at once where it computes a function of each by itself."""


class Strict(BaseModel):
    """A section of a recipe, which refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sizes(Strict):
    """Sizes that every kind has; its `Config` adds its own."""

    kind: str
    frames_per_token: int = Field(ge=1)
    context_tokens: int = Field(ge=2)


class AttentionSizes(Sizes):
    """Sizes of a network with attention."""

    channels: int = Field(ge=8)
    heads: int = Field(ge=1)

    @model_validator(mode="after")
    def _heads_divide_channels(self) -> Self:
        if self.channels % (2 * self.heads):
            raise ValueError(
                f"expected an even number of channels for each of {self.heads} heads, "
                f"got {self.channels} in all"
            )
        return self


class Optimiser(Strict):
    """How the weights are found.

    Attributes:
        learning_rate: The highest, after warm-up.
        weight_decay: Weight decay of AdamW.
        batch_size: Windows in a step, on each device.
        warm_up_steps: Steps of rising learning rate, without own samples.
        own_sample_share: Probability that an input token is the network's own sample.
        input_noise: Standard deviation of noise on normalised inputs.
    """

    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    batch_size: int = Field(ge=1)
    warm_up_steps: int = Field(ge=0)
    own_sample_share: float = Field(default=0.0, ge=0, le=1)
    input_noise: float = Field(default=0.0, ge=0)


class Network(nn.Module, ABC):
    """A network with its loss.

    A kind is made of its sizes, the number of labels and the layout of the features, from which it
    takes all widths: joints and channels are those of the data.

    Attributes:
        codec: Carries the normalisation, and the layout of the features.
        config: Sizes, from the recipe.
        labels: Number of labels, the emotions and others.
    """

    DISTURBANCE: ClassVar[str]
    """The one setting of `Optimiser` that disturbs this kind's inputs."""

    PROOF_SIZES: ClassVar[Mapping[str, Any]]
    """Small sizes with which `training.evaluation.prove` shows that the kind learns at all."""
    HEEDS_CONTENT: ClassVar[bool] = False
    """Whether it is conditioned on what is danced, `content` of the contract."""
    OBSERVES_DANCER: ClassVar[bool] = False
    """Whether it takes another dancer's motion, `other` of a window and of the contract."""
    STEP: ClassVar[type["ExportedStep"]]
    """What is exported of it."""

    codec: Normalisation
    config: Sizes
    labels: int

    @abstractmethod
    def __init__(self, config: Any, labels: int, layout: Layout) -> None:
        """Build an untrained network.

        Args:
            config: Sizes, of the kind's own `Config`.
            labels: Number of labels.
            layout: Layout of the features.
        """
        super().__init__()

    @abstractmethod
    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit what is not learnt by gradient, and return what came of it, in words.

        Args:
            windows: Raw features of training windows, (N, T, F).
            speed: Mean joint speed of every training frame, m/s, (T,).
        """

    def learn_texts(self, tokens: Tensor) -> None:
        """Take note of what the numbers of texts in windows stand for; most kinds have no use.

        Args:
            tokens: Tokens of every text by its number, (texts, tokens, W).
        """

    def learn_origins(self, weights: Tensor) -> None:
        """Take note of how often a dance begins with each origin; most kinds have no use.

        Args:
            weights: For each label, rows summing to 1 or 0, (L, 1 + O).
        """

    @abstractmethod
    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return what training makes small, a scalar.

        Args:
            batch: Windows, with a leading axis.
            disturbance: Strength of the inputs' disturbance, as `DISTURBANCE` names it; 0 for none.
        """

    @abstractmethod
    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, None for kinds without one."""

    def exported(
        self, always: Tensor, usual_energy: Tensor, by_content: Tensor | None = None
    ) -> "ExportedStep":
        """Return what is exported; see `ExportedStep`."""
        return self.STEP(self, always, usual_energy, by_content)


class EnergyNetwork(Network):
    """A network conditioned on energy, relative to the energies that are usual.

    Attributes:
        log_energy_mean: Mean logarithm of usual speeds in m/s.
        log_energy_scale: Standard deviation of that logarithm.
    """

    log_energy_mean: Tensor
    log_energy_scale: Tensor

    def __init__(self, config: Any, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        self.register_buffer("log_energy_mean", torch.zeros(()))
        self.register_buffer("log_energy_scale", torch.ones(()))

    def fit_energy(self, speed: Tensor) -> None:
        """Fit what is usual to the mean joint speeds of frames, m/s, (T,)."""
        level = speed.clamp(min=1e-2).log()
        self.log_energy_mean.copy_(level.mean())
        self.log_energy_scale.copy_(level.std().clamp(min=1e-3))

    def energy_level(self, energy: Tensor) -> Tensor:
        """Return how high energies are, and whether they are known, (..., 2).

        Args:
            energy: Mean joint speed, m/s, (..., 1); 0 where not known.
        """
        known = (energy > 0).to(energy.dtype)
        # A whole register of the same number, for onnxruntime computes a part of one in another
        # way: so a partner's bits do not depend on how many others are in its batch.
        wide = energy.clamp(min=1e-3).expand(*energy.shape[:-1], REGISTER).log()
        level = (wide[..., :1] - self.log_energy_mean) / self.log_energy_scale
        return torch.cat([level.clamp(-3, 3) * known, known], -1)


def calm(emotion: Tensor, energy: Tensor, usual_energy: Tensor) -> Tensor:
    """Return the energy (N, 1) that a guess without emotion gets; see `CALM`.

    Args:
        emotion: Weights, (N, E).
        energy: Energy asked for, m/s, (N, 1); it counts where there is no emotion.
        usual_energy: Usual energy of each emotion, m/s, (E,), or for each row, (N, E).
    """
    total = emotion.sum(1, keepdim=True)
    usual = (emotion * usual_energy).sum(1, keepdim=True) / total.clamp(min=1e-3)
    return CALM * torch.where(total > 0, usual, energy)


class StepConditions(NamedTuple):
    """All that one step takes beside frames and states, named and ordered as in the contract.

    Attributes:
        emotion: Weights, (N, E).
        energy: Mean joint speed, m/s, (N, 1).
        temperature: Scales variances, at least 0, (N, 1).
        guidance: By how much the emotion is exaggerated; 0 for none, (N, 1).
        uniform: Random numbers in [0, 1), (N, 1).
        normal: Normal random numbers, (N, noise).
        content: Weights, (N, C); for models with contents.
        text: Tokens of a prompt and its usual energy, (N, text_width); for kinds that take text.
        other: Another dancer as observed, (N, K, W); for kinds that observe one.
    """

    emotion: Tensor
    energy: Tensor
    temperature: Tensor
    guidance: Tensor
    uniform: Tensor
    normal: Tensor
    content: Tensor | None = None
    text: Tensor | None = None
    other: Tensor | None = None


States = tuple[Tensor, ...]
"""Tensors that a step hands to the next, in the order of `ExportedStep.states`."""


class ExportedStep(nn.Module, ABC):
    """One step as the contract has it: raw frames in, raw frames out.

    A graph has positional inputs. They get their names here, once for all kinds; a kind writes
    `advance`.
    """

    always: Tensor
    usual_energy: Tensor
    by_content: Tensor

    def __init__(
        self,
        network: Network,
        always: Tensor,
        usual_energy: Tensor,
        by_content: Tensor | None = None,
    ) -> None:
        """Set up a step.

        Args:
            network: Gives the weights.
            always: Weights of the labels that are neither emotions nor contents, in their order.
            usual_energy: Mean joint speed of each emotion, m/s, (E,); of each content and emotion,
                (C, E), where there are contents.
            by_content: Factors of the temperature and of 1 + guidance for each content, (2, C);
                ones if None.
        """
        super().__init__()
        self.network = network
        self.register_buffer("always", always)
        self.register_buffer("usual_energy", usual_energy)
        contents = len(usual_energy) if usual_energy.ndim > 1 else 0
        even = torch.ones(2, contents)
        self.register_buffer("by_content", even if by_content is None else by_content)

    @property
    @abstractmethod
    def states(self) -> tuple[State, ...]:
        """What a step hands on."""

    @property
    @abstractmethod
    def noise(self) -> int:
        """How many normal random numbers a step takes."""

    @property
    def frames_per_step(self) -> int:
        """How many frames a step takes and gives."""
        return self.network.config.frames_per_token

    @property
    def text_width(self) -> int:
        """Width of the input `text`; 0 for kinds that take none."""
        return 0

    @property
    def input_names(self) -> list[str]:
        """Names of the graph's inputs, in the order of the contract."""
        taken = {
            "content": self.usual_energy.ndim > 1,
            "text": self.text_width > 0,
            "other": self.network.OBSERVES_DANCER,
        }
        conditions = [name for name in StepConditions._fields if taken.get(name, True)]
        return ["frames", *conditions, *(state.name for state in self.states)]

    def forward(self, *inputs: Tensor) -> tuple[Tensor, ...]:
        """Return the next frames and the next states, from all inputs as `input_names` has them."""
        named = dict(zip(self.input_names, inputs, strict=True))
        frames = named.pop("frames")
        states = tuple(named.pop(state.name) for state in self.states)
        following, after = self.advance(frames, self.in_content(StepConditions(**named)), states)
        return following, *after

    def in_content(self, conditions: StepConditions) -> StepConditions:
        """Return conditions whose temperature and guidance are as the content needs them.

        What the contents' weights lack to 1 counts as the usual content. 1 + guidance is scaled,
        for that is what intensity scales, see `motion.emotion.guidance_at`.
        """
        if conditions.content is None:
            return conditions
        lacking = 1 - conditions.content.sum(1, keepdim=True)
        factors = conditions.content @ self.by_content.T + lacking * self.by_content[:, 0]
        cooler, stronger = factors.split(1, 1)
        return conditions._replace(
            temperature=conditions.temperature * cooler,
            guidance=(1 + conditions.guidance) * stronger - 1,
        )

    @abstractmethod
    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after them.

        Args:
            frames: Newest raw features, (N, K, F).
            conditions: What the frames that follow depend on.
            states: Those of the step before, zeros at first.
        """

    def labels_of(self, emotion: Tensor, content: Tensor | None = None) -> Tensor:
        """Return the weights of all labels (N, L) for those of emotions (N, E), contents (N, C)."""
        known = [emotion] if content is None else [emotion, content]
        # Not len(emotion): it would fix the graph to the batch of the example.
        return torch.cat([*known, self.always.expand(emotion.shape[0], -1)], 1)

    def usual_of(self, content: Tensor | None) -> Tensor:
        """Return the usual energy of emotions, m/s: (E,), or (N, E) for contents (N, C)."""
        if content is None:
            return self.usual_energy
        total = content.sum(1, keepdim=True)
        mixed = content @ self.usual_energy / total.clamp(min=1e-3)
        return torch.where(total > 0, mixed, self.usual_energy[:1])
