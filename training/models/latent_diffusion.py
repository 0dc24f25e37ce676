"""Diffusion in the latent space of a motion autoencoder, streamed by overlapping windows.

A window is the motion so far and the motion to come. Given the past, an emotion and an
energy, the network leads noise to a window's latent in a few straight steps; in each of them the
overlap, which is known, is painted in. The first frames to come are shown, and the window moves on
by them. They go on from the last frame as it was and as fast, and come to what the latent says as
softly as a body does, so there is no seam.

Autoencoder and diffusion learn in one run: the encoder is fitted before, the decoder learns beside.

Shapes: N batch, K frames per token, C frames of past, W frames of a window, P pose coordinates, D
latent, L labels.

References:
    R. Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models",
    arXiv:2112.10752. X. Liu et al., "Flow Straight and Fast", arXiv:2209.03003 (straight steps).
    A. Lugmayr et al., "RePaint", arXiv:2201.09865 (in-painting). J. Ho and T. Salimans,
    "Classifier-Free Diffusion Guidance", arXiv:2207.12598.
"""

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from motion.errors import BhavaError
from motion.features import Layout
from motion.model.contract import State
from training.corpus.corpus import FPS
from training.models.motion_autoencoder import MotionAutoencoder, MotionSizes
from training.models.network import (
    EnergyNetwork,
    ExportedStep,
    Sizes,
    States,
    StepConditions,
    calm,
)
from training.models.window import Window

JOIN_HALF_LIFE = 0.2
"""Seconds in which motion comes half the way from where it was to what the latent says."""

WAVES = 8
"""Cosines that encode how much of a latent is noise."""


class Config(Sizes):
    """Sizes of a network, and how many steps lead from noise to motion."""

    kind: Literal["latent-diffusion"]
    channels: int = Field(ge=8)
    layers: int = Field(ge=1)
    sampling_steps: int = Field(default=4, ge=1)
    motion: MotionSizes = MotionSizes()

    @property
    def past(self) -> int:
        """Frames of a window that are known."""
        return self.frames_per_token * self.context_tokens

    @model_validator(mode="after")
    def _window_holds_past_and_future(self) -> Self:
        least = self.past + self.frames_per_token
        if self.motion.window < least:
            raise ValueError(f"expected a window of {least} frames, got {self.motion.window}")
        return self


class Block(nn.Module):
    """A residual layer whose norm is scaled and shifted by the condition."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, elementwise_affine=False)
        self.modulation = nn.Linear(channels, 2 * channels)
        last = nn.Linear(2 * channels, channels)
        nn.init.zeros_(last.weight)
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), last)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return the stream (N, channels)."""
        scale, shift = self.modulation(condition).chunk(2, -1)
        added: Tensor = self.mlp(self.norm(x) * (1 + scale) + shift)
        return x + added


class Step(ExportedStep):
    """One step as the contract has it: takes frames, and gives the first that a window adds."""

    network: "LatentDiffusion"

    @property
    def states(self) -> tuple[State, ...]:
        """Pose coordinates of the past, and whether there is one yet."""
        past = (self.network.config.past, self.network.codec.sizes.poses)
        return State(name="past", shape=past), State(name="begun", shape=(1,))

    @property
    def noise(self) -> int:
        """A number for each of a latent."""
        return self.network.codec.sizes.latent

    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after them."""
        codec, normal, (past, begun) = self.network.codec, conditions.normal, states
        newest = codec.to_poses(frames)
        past = torch.where(begun.unsqueeze(-1) > 0, past, newest[:, :1])
        past = torch.cat([past[:, self.frames_per_step :], newest], 1)
        labels, energies = self.guesses_of(conditions.emotion, conditions.energy)
        latent = conditions.temperature.clamp(min=0).sqrt() * normal
        given = past, latent, conditions.guidance, labels, energies
        if torch.compiler.is_exporting():  # else it would be compiled
            following = torch.cond((normal != 0).any(), self.sample, self.skip_sampling, given)
        else:
            following = self.sample(*given)
        return codec.from_poses(following), (past, torch.ones_like(begun))

    def sample(
        self, past: Tensor, latent: Tensor, guidance: Tensor, labels: Tensor, energy: Tensor
    ) -> Tensor:
        """Return the pose coordinates that follow a past, (N, K, P), led from noise in `latent`."""
        network, steps = self.network, self.network.config.sampling_steps
        conditions = network.known(past), labels, energy
        for left in range(steps, 0, -1):
            share = left / steps
            clean = latent - share * self.direction(latent, share, guidance, *conditions)
            painted = network.codec.encode(network.joined(past, network.codec.decode(clean)))
            latent = painted + (1 - 1 / left) * (latent - painted)
        window = network.joined(past, network.codec.decode(latent))
        return window[:, network.config.past :][:, : self.frames_per_step].clone()

    def skip_sampling(
        self, past: Tensor, latent: Tensor, guidance: Tensor, labels: Tensor, energy: Tensor
    ) -> Tensor:
        """Return anything, at no cost: without random numbers nobody wants the frames."""
        del latent, guidance, labels, energy
        return past[:, -self.frames_per_step :].clone()

    def guesses_of(self, emotion: Tensor, energy: Tensor) -> tuple[Tensor, Tensor]:
        """Return labels and energy, first of the guess with the emotion, then of that without."""
        labels = [self.labels_of(emotion), self.labels_of(torch.zeros_like(emotion))]
        return torch.cat(labels), torch.cat([energy, calm(emotion, energy, self.usual_energy)])

    def direction(
        self,
        latent: Tensor,
        t: float,
        guidance: Tensor,
        known: Tensor,
        labels: Tensor,
        energy: Tensor,
    ) -> Tensor:
        """Return the direction (N, D), pushed away from that without emotion."""
        share = torch.full_like(energy, t)
        both = self.network(latent.repeat(2, 1), share, known.repeat(2, 1), labels, energy)
        both = both.unflatten(0, (2, -1))
        return both[0] + guidance * (both[0] - both[1])


class LatentDiffusion(EnergyNetwork):
    """Predicts in which direction a latent lies from what is partly noise."""

    STEP: ClassVar[type[ExportedStep]] = Step
    DISTURBANCE: ClassVar[str] = "input_noise"
    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "frames_per_token": 4,
        "context_tokens": 8,
        "channels": 96,
        "layers": 3,
        "motion": {"window": 56, "poses": 24, "rhythms": 28, "latent": 48, "hidden": 64},
    }

    config: Config
    codec: MotionAutoencoder
    fade: Tensor

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        self.config, self.labels = config, labels
        self.codec = MotionAutoencoder(layout, config.motion, config.past)
        latent, channels = self.codec.sizes.latent, config.channels
        self.read = nn.Linear(2 * latent + 2 * self.codec.sizes.poses, channels)
        self.emotion = nn.Linear(labels, channels, bias=False)
        self.told = nn.Linear(2 + WAVES, channels)
        self.condition = nn.Sequential(nn.SiLU(), nn.Linear(channels, channels), nn.SiLU())
        self.blocks = nn.ModuleList(Block(channels) for _ in range(config.layers))
        self.say = nn.Sequential(nn.LayerNorm(channels), nn.Linear(channels, latent))
        self.register_buffer("fade", spring(config.motion.window - config.past))

    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit the encoder and return what it keeps, in words."""
        frames = windows[:, 2:]
        if frames.shape[1] < self.config.motion.window:
            raise BhavaError(
                f"data.tokens: expected windows of {self.config.motion.window} frames or more, "
                f"got {frames.shape[1]}"
            )
        kept = self.codec.fit(frames)
        self.fit_energy(speed)
        sizes = self.codec.sizes
        return f"autoencoder: {sizes.latent} numbers keep {kept:.1%} of {sizes.window} frames"

    def examples(self, batch: Window) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return all windows of a batch that do not share their future.

        Returns:
            Windows (N, W, P); labels (N, L) and energy (N, 1) of what is to come; how many frames
            of the past are known (N,).
        """
        span, past, window = (
            self.config.frames_per_token,
            self.config.past,
            self.config.motion.window,
        )
        every = (window - past) // span
        poses = self.codec.to_poses(batch.frames[:, 2:]).unfold(1, window, every * span)
        now = self.config.context_tokens + every * torch.arange(poses.shape[1])
        labels, energy = batch.labels[:, now], batch.energy[:, now]
        known = (batch.reach[:, now - 1] * span).clamp(max=past)
        flat = (part.flatten(0, 1) for part in (poses.transpose(2, 3), labels, energy, known))
        windows, labels, energy, known = flat
        return windows, labels, energy, known

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return the error of the direction and that of the decoder.

        Where `disturbance` is above 0, the past deviates from the real one as latents do, and what
        follows comes back from there.
        """
        windows, labels, energy, known = self.examples(batch)
        with torch.autocast(windows.device.type, enabled=False), torch.no_grad():
            past = hold_oldest(windows[:, : self.config.past].float(), known)
            if disturbance:
                past = past + self._deviation(len(past), disturbance)[:, : self.config.past]
            windows = self.joined(past, windows.float())
            latent, summary = self.codec.encode(windows), self.known(past)
        t, noise = torch.rand_like(energy), torch.randn_like(latent)
        direction = self((1 - t) * latent + t * noise, t, summary, labels, energy)
        wrong = (direction - (noise - latent)).square()
        count = self.codec.spread / self.codec.spread.mean()
        return (count * wrong).mean() + self.codec.loss(windows, latent)

    def _deviation(self, count: int, disturbance: float) -> Tensor:
        """Return smooth differences between windows, (N, W, P)."""
        latent = torch.randn(count, self.config.motion.latent, device=self.fade.device)
        some = disturbance * torch.rand(count, 1, 1, device=self.fade.device)
        return some * (self.codec.decode(latent) - self.codec.decode(torch.zeros_like(latent)))

    def nats_per_frame(self, batch: Window) -> None:
        """Return None: its samples have no density that could be computed."""
        del batch
        return None

    def joined(self, past: Tensor, windows: Tensor) -> Tensor:
        """Paint the past (N, C, P) into windows (N, W, P): what follows goes on from there."""
        frames = past.shape[1]
        away = past[:, -1:] - windows[:, frames - 1 : frames]
        rate = past[:, -1:] - past[:, -2:-1]
        rate = rate - (windows[:, frames - 1 : frames] - windows[:, frames - 2 : frames - 1])
        place, speed = self.fade.unsqueeze(-1)
        return torch.cat([past, windows[:, frames:] + place * away + speed * rate], 1)

    def known(self, past: Tensor) -> Tensor:
        """Return what is known of the past (N, C, P): the latent of stopping, place and speed."""
        last = past[:, -1:]
        stopped = torch.cat(
            [past, last.expand(-1, self.config.motion.window - past.shape[1], -1)], 1
        )
        spread = self.codec.pose_spread
        moving = (last - past[:, -2:-1])[:, 0] / (0.1 * spread)
        return torch.cat([self.codec.encode(stopped), last[:, 0] / spread, moving], -1)

    def forward(
        self, mixed: Tensor, t: Tensor, known: Tensor, labels: Tensor, energy: Tensor
    ) -> Tensor:
        """Return the direction from latent to noise, (N, D).

        Args:
            mixed: Latents of which the share `t` is noise, (N, D).
            t: In [0, 1], (N, 1).
            known: From `known`.
            labels: Weights (N, L); all zero where nothing is known.
            energy: Mean joint speed of the coming second, m/s, (N, 1); 0 where not known.
        """
        level = self.energy_level(energy)
        waves = torch.cos(math.pi * t * torch.arange(WAVES, device=t.device))
        level_and_noise = self.told(torch.cat([level, waves], -1))
        condition = self.condition(self.emotion(labels) + level_and_noise)
        x = self.read(torch.cat([mixed, known], -1))
        for block in self.blocks:
            x = block(x, condition)
        direction: Tensor = self.say(x)
        return direction.float()


def spring(frames: int) -> Tensor:
    """Return what remains of a distance and of a speed per frame after each frame, (2, T).

    References:
        D. Holden, "Spring-It-On: The Game Developer's Spring-Roll-Call", 2021.
    """
    at = torch.arange(1, frames + 1, dtype=torch.get_default_dtype())
    rate = 2 * math.log(2) / (JOIN_HALF_LIFE * FPS)
    fade = torch.exp(-rate * at)
    return torch.stack([fade * (1 + rate * at), fade * at])


def hold_oldest(past: Tensor, known: Tensor) -> Tensor:
    """Return pasts (N, C, P) in which the oldest known frame stands for all before it."""
    frames = past.shape[1]
    at = torch.arange(frames, device=past.device).expand(len(past), -1)
    at = at.maximum(frames - known.unsqueeze(-1))
    return past.gather(1, at.unsqueeze(-1).expand_as(past))
