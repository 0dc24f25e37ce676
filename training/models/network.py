"""What every kind of motion model offers to training and export.

A kind is one file: its `Config`, its network with the loss, and the `Step` that is exported.
`training.models.kinds` lists them.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, Self

import torch
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor, nn

from motion.contract import State
from training.fit.dataset import Window
from training.models.normalisation import Normalisation


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

    Attributes:
        codec: Carries the normalisation.
        config: Sizes, from the recipe.
        labels: Number of labels, the emotions and others.
    """

    DISTURBANCE: ClassVar[str]
    """The one setting of `Optimiser` that disturbs this kind's inputs."""

    HEEDS_OTHER: ClassVar[bool] = False
    """Whether it takes another dancer's motion, `other` of a window and of the contract."""

    codec: Normalisation
    config: Sizes
    labels: int

    @abstractmethod
    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit what is not learnt by gradient, and return what came of it, in words.

        Args:
            windows: Raw features of training windows, (N, T, F).
            speed: Mean joint speed of every training frame, m/s, (T,).
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
            always: Weights of the labels that are no emotions, in their order, (L - E,).
            usual_energy: Of each emotion, m/s, (E,).
        """


class ExportedStep(nn.Module):
    """One step as the contract has it: raw frames in, raw frames out."""

    always: Tensor

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

    def labels_of(self, emotion: Tensor) -> Tensor:
        """Return the weights of all labels (N, L) for weights of emotions (N, E)."""
        return torch.cat([emotion, self.always.expand(len(emotion), -1)], 1)
