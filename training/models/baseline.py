"""What the baselines share: networks that predict the next frame from the frames so far.

Baselines are systems of the literature, retrained on the same windows so that their motion can be
measured beside the default's. They keep what those systems do: one frame at a time, the emotion's
label joined to the input of every frame, no energy and no guidance. Normalisation, windows, weight
averaging and export are those of every kind, as are labels that are unknown at times.

Shapes: N batch, S frames, F features, L emotion labels, M mixture components, C channels.
"""

import math
from abc import abstractmethod
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion.features import Layout
from training.models.mixture import Mixture
from training.models.network import ExportedStep, Network, Sizes, States, StepConditions
from training.models.normalisation import NARROWEST, Normalisation
from training.models.window import Window

FRAMES_PER_STEP = 4
"""Frames that an exported step takes and gives, as the default does."""

SMALLEST_STEP = 1e-2
"""Length of a step from frame to frame, normalised, below which nothing moves."""

Memory = tuple[Tensor, Tensor]
"""The two states of a baseline's step."""


class Config(Sizes):
    """Sizes of every baseline."""

    frames_per_token: Literal[1] = 1
    channels: int = Field(ge=8)
    layers: int = Field(ge=1)


class PointConfig(Config):
    """Sizes of every deterministic baseline, and what it learns by.

    Attributes:
        error: Error of the prediction, of which the mean counts.
        stillness_penalty: Weight of the share by which predicted steps from frame to frame are
            smaller than real ones.
    """

    error: Literal["squared", "absolute"] = "squared"
    stillness_penalty: float = Field(default=0.0, ge=0)


class PointHead(nn.Module):
    """Predicts one next frame, and learns by its error."""

    noise = 0

    def __init__(self, config: PointConfig, width: int) -> None:
        super().__init__()
        self.out = nn.Linear(config.channels, width)
        self.error = functional.mse_loss if config.error == "squared" else functional.l1_loss
        self.stillness_penalty = config.stillness_penalty

    def loss(self, x: Tensor, target: Tensor, last: Tensor) -> Tensor:
        """Return the mean error of what `x` (..., C) predicts for targets (..., F).

        Args:
            x: The stream.
            target: The next frames.
            last: The frames before them.
        """
        prediction = self.out(x).float()
        error = self.error(prediction, target)
        if not self.stillness_penalty:
            return error
        step, real = ((frame - last).norm(dim=-1) for frame in (prediction, target))
        short = functional.relu(1 - step / real.clamp(min=SMALLEST_STEP))
        return error + self.stillness_penalty * short.mean()

    def sample(self, x: Tensor, temperature: Tensor, normal: Tensor) -> Tensor:
        """Return the prediction (..., F), whatever the random numbers are."""
        del temperature, normal
        prediction: Tensor = self.out(x)
        return prediction


class MixtureHead(nn.Module):
    """Predicts a mixture over the whole next frame."""

    def __init__(self, channels: int, components: int, width: int) -> None:
        super().__init__()
        self.components, self.width = components, width
        self.noise = width + 1
        self.out = nn.Linear(channels, components * (1 + 2 * width))

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixture off the stream (..., C)."""
        return Mixture.from_outputs(self.out(x), self.components, math.log(NARROWEST))

    def log_likelihood(self, x: Tensor, target: Tensor) -> Tensor:
        """Return log densities (...) of normalised targets (..., F), nats."""
        return self.mixture(x).log_likelihood(target)

    def loss(self, x: Tensor, target: Tensor, last: Tensor) -> Tensor:
        """Return the mean negative log likelihood per feature, nats."""
        del last
        return -self.log_likelihood(x, target).mean() / self.width

    def sample(self, x: Tensor, temperature: Tensor, normal: Tensor) -> Tensor:
        """Return one draw (..., F); the last normal number (..., F + 1) draws the component."""
        within, between = normal.split([self.width, 1], -1)
        return self.mixture(x).sample(temperature, to_uniform(between), within)


class MixturePerDimensionHead(MixtureHead):
    """Predicts a mixture for every feature by itself, so that draws of joints do not agree."""

    def __init__(self, channels: int, components: int, width: int) -> None:
        super().__init__(channels, components, width)
        self.noise = 2 * width
        self.out = nn.Linear(channels, width * 3 * components)

    def mixture(self, x: Tensor) -> Mixture:
        """Read the mixtures (..., F, M) over one number each off the stream (..., C)."""
        raw = self.out(x).float().unflatten(-1, (self.width, 3, self.components))
        logits, means, log_scales = raw.unbind(-2)
        log_scales = log_scales.clamp(math.log(NARROWEST), 2.0)
        return Mixture(logits, means.unsqueeze(-1), log_scales.unsqueeze(-1))

    def log_likelihood(self, x: Tensor, target: Tensor) -> Tensor:
        """Return log densities (...) of normalised targets (..., F), nats."""
        return self.mixture(x).log_likelihood(target.unsqueeze(-1)).sum(-1)

    def sample(self, x: Tensor, temperature: Tensor, normal: Tensor) -> Tensor:
        """Return one draw (..., F); the latter normal numbers (..., 2 F) draw the components."""
        within, between = normal.unsqueeze(-1).chunk(2, -2)
        draw = self.mixture(x).sample(temperature.unsqueeze(-2), to_uniform(between), within)
        return draw.squeeze(-1)


def to_uniform(normal: Tensor) -> Tensor:
    """Return numbers in [0, 1] that are uniform where these are normal."""
    return 0.5 * (1 + torch.erf(normal / math.sqrt(2)))


class Baseline(Network):
    """A trunk, which reads frames and labels, and a head, which predicts the next frame."""

    DISTURBANCE: ClassVar[str] = "input_noise"

    head: PointHead | MixtureHead

    def __init__(
        self, config: Config, labels: int, layout: Layout, head: PointHead | MixtureHead
    ) -> None:
        super().__init__(config, labels, layout)
        self.config: Config = config
        self.labels, self.head = labels, head
        self.codec = Normalisation(layout)

    @property
    def inputs(self) -> int:
        """Width of the trunk's input: a frame's features and the label."""
        return self.codec.layout.width + self.labels

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the stream (N, S, C) of inputs (N, S, F + L)."""
        raise NotImplementedError

    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit the normalisation."""
        self.codec.fit_scale(windows.flatten(0, 1))
        return f"normalisation: from {windows.shape[0]} windows, {len(speed)} frames in all"

    def joined(self, frames: Tensor, emotion: Tensor) -> Tensor:
        """Join normalised frames (..., F) and the labels of the frames after them (..., L)."""
        return torch.cat([frames, emotion], -1)

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the head's loss for every next frame, with noise on the inputs."""
        stream, targets = self._read(batch, disturbance)
        last = self.codec.normalise(batch.frames)[:, 2:-1]
        return self.head.loss(stream, targets, last)

    def nats_per_frame(self, batch: Window) -> Tensor | None:
        """Return the mean negative log likelihood of raw features, None without a density."""
        if isinstance(self.head, PointHead):
            return None
        likelihood = self.head.log_likelihood(*self._read(batch, 0.0))
        return self.codec.scale.log().sum() - likelihood.mean()

    def _read(self, batch: Window, noise: float) -> tuple[Tensor, Tensor]:
        """Return the stream over a window's frames, and the frames that follow them."""
        frames = self.codec.normalise(batch.frames)[:, 2:]
        inputs = frames[:, :-1]
        if noise:
            inputs = inputs + noise * torch.randn_like(inputs)
        return self(self.joined(inputs, batch.labels[:, 1:])), frames[:, 1:]


class BaselineStep(ExportedStep):
    """Takes a few frames, and predicts as many, one by one.

    Only frames that were taken stay in the memory: the own ones come back with the next step, as
    the partner showed them. Energy, guidance and the uniform number have no effect.
    """

    network: Baseline

    @property
    def frames_per_step(self) -> int:
        """As many as the default's."""
        return FRAMES_PER_STEP

    @property
    def noise(self) -> int:
        """The head's numbers for each frame."""
        return FRAMES_PER_STEP * self.network.head.noise

    @abstractmethod
    def advance_memory(self, inputs: Tensor, memory: Memory) -> tuple[Tensor, Memory]:
        """Return the stream (N, C) at the last new input (N, S, F + L), and the memory after it."""

    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after those that were taken."""
        codec, head, (first, second) = self.network.codec, self.network.head, states
        labels = self.labels_of(conditions.emotion).unsqueeze(1)
        inputs = self.network.joined(
            codec.normalise(frames), labels.expand(-1, FRAMES_PER_STEP, -1)
        )
        stream, memory = self.advance_memory(inputs, (first, second))
        after, following = memory, []
        for number in range(FRAMES_PER_STEP):
            chance = conditions.normal[:, number * head.noise : (number + 1) * head.noise]
            following.append(head.sample(stream, conditions.temperature, chance))
            if number + 1 < FRAMES_PER_STEP:
                inputs = self.network.joined(following[-1].unsqueeze(1), labels)
                stream, memory = self.advance_memory(inputs, memory)
        return codec.denormalise(torch.stack(following, 1)), after
