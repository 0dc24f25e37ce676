"""What every kind of motion model offers to training and export.

A kind is one file: its `Config`, its network with the loss, and the `Step` that is exported.
`training.models.kinds` lists them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from motion.features import Layout
from motion.model.contract import State
from training.fit.dataset import Window
from training.models.normalisation import Normalisation

CALM = 0.7
"""Share of an emotion's usual energy that the guess without emotion is told.

So guidance exaggerates energy too, and what the partner asks for beyond the usual counts more.
Without it guidance towards a calm emotion leads into standing still.
"""


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
        weight_decay: Of AdamW.
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

    PROVING: ClassVar[Mapping[str, Any]]
    """Small sizes with which `training.evaluation.prove` shows that the kind learns at all."""
    HEEDS_CONTENT: ClassVar[bool] = False
    """Whether it is told what to dance, apart from the emotion, `content` of the contract."""
    HEEDS_OTHER: ClassVar[bool] = False
    """Whether it takes another dancer's motion, `other` of a window and of the contract."""

    codec: Normalisation
    config: Sizes
    labels: int

    @abstractmethod
    def __init__(self, config: Any, labels: int, layout: Layout) -> None:
        """Build an untrained network.

        Args:
            config: Sizes, of the kind's own `Config`.
            labels: Number of labels.
            layout: Of the features.
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
            tokens: Of every text by number, (texts, tokens, W).
        """

    @abstractmethod
    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return what training makes small, a scalar.

        Args:
            batch: Windows, with a leading axis.
            disturbance: Of the inputs, as `DISTURBANCE` names it; 0 for none.
        """

    @abstractmethod
    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, None for kinds without one."""

    @abstractmethod
    def exported(self, always: Tensor, usual_energy: Tensor) -> "ExportedStep":
        """Return what is exported.

        Args:
            always: Weights of the labels that are neither emotions nor contents, in their order.
            usual_energy: Of each emotion, m/s, (E,); of each content and emotion, (C, E), for
                kinds that are told contents.
        """


class EnergyNetwork(Network):
    """A network that is told energies, beside those that are usual.

    Attributes:
        log_energy_mean: Of the logarithm of usual speeds in m/s.
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
        level = (energy.clamp(min=1e-3).log() - self.log_energy_mean) / self.log_energy_scale
        return torch.cat([level.clamp(-3, 3) * known, known], -1)


def calm(emotion: Tensor, energy: Tensor, usual_energy: Tensor) -> Tensor:
    """Return the energy (N, 1) that a guess without emotion is told; see `CALM`.

    Args:
        emotion: Weights, (N, E).
        energy: That is asked for, m/s, (N, 1); it counts where there is no emotion.
        usual_energy: Of each emotion, m/s, (E,), or for each row, (N, E).
    """
    total = emotion.sum(1, keepdim=True)
    usual = (emotion * usual_energy).sum(1, keepdim=True) / total.clamp(min=1e-3)
    return CALM * torch.where(total > 0, usual, energy)


class ExportedStep(nn.Module):
    """One step as the contract has it: raw frames in, raw frames out."""

    always: Tensor
    text_width: int = 0
    """Of the input `text`; 0 for kinds that take none."""

    def __init__(
        self,
        network: Network,
        always: Tensor,
        states: tuple[State, ...],
        frames_per_step: int,
        noise: int,
    ) -> None:
        """Set up a step.

        Args:
            network: Whose weights it uses.
            always: Weights of the labels that are no emotions, (L - E,).
            states: What it hands on.
            frames_per_step: How many frames it takes and gives.
            noise: How many normal random numbers it takes.
        """
        super().__init__()
        self.register_buffer("always", always)
        self.network, self.states = network, states
        self.frames_per_step, self.noise = frames_per_step, noise

    def labels_of(self, emotion: Tensor, content: Tensor | None = None) -> Tensor:
        """Return the weights of all labels (N, L) for emotions' (N, E) and contents' (N, C)."""
        told = [emotion] if content is None else [emotion, content]
        return torch.cat([*told, self.always.expand(len(emotion), -1)], 1)
