"""A recurrent variational autoencoder whose latent walks, so that its dance has no end.

The encoder reads tokens of a few frames one after the other; at any time its posterior is a latent
of all that it read, mostly of the last seconds. The decoder goes on from the last frames, a leg of
some tokens at a time, conditioned on the posterior as it will be at the leg's end: latents of
windows that overlap. In training that is the posterior of the real motion; live it is drawn from a
mixture conditioned on the latent before, the emotion and the energy. So the course of the latent
depends on nothing that the decoder does, and cannot come to rest with it.

What is known to fail in such models, and what is done here: first frames that jump (the decoder
has read the motion, and adds to what a regression extrapolates from the last two frames), little
movement (latents start warm, as principal components of a leg, which hold its speed before anything
is learnt; encoder and decoder learn to add to that; energy is a condition), held-out loss far above
that of training (clips are held out whole; noise on inputs).

Shapes: N batch, S tokens, K frames per token, F features, D latent, L labels, E emotions,
C channels, P pose coordinates.

References:
    D. P. Kingma and M. Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114. M. Pettee et
    al., "Beyond Imitation: Generative and Variational Choreography via Machine Learning",
    arXiv:1907.05297 (an LSTM autoencoder of 2 x 384 and 256 latents over windows of 128 frames).
    S. Bengio et al., "Scheduled Sampling", arXiv:1506.03099.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.distributions import Normal, kl_divergence
from torch.nn import functional

from motion.errors import BhavaError
from motion.features import Layout
from motion.model.contract import State
from training.models.latent_prior import LatentPrior
from training.models.lstm import LSTM
from training.models.motion_autoencoder import MotionAutoencoder, MotionSizes
from training.models.network import (
    EnergyNetwork,
    ExportedStep,
    Sizes,
    States,
    StepConditions,
    calm,
)
from training.models.token_codec import TokenCodec
from training.models.window import Window

STEP_WEIGHT = 10.0
"""Weight of the error of steps from frame to frame: they are much smaller than frames."""

CHANGED = 0.5
"""Sum of the differences of emotion weights from which on a new leg begins at once."""

DEVIATED = 0.05
"""Root mean square, in normalised features, by which the frames differ from its own last ones where
a person leads: then the latent is the posterior of those frames."""

FIRST_LOG_SCALE = -2.0
"""Log scale of posteriors before training: the decoder would learn to ignore pure noise."""

FIRST_PULL = 1.0
"""By whose sigmoid the decoder is led to what the latent holds, before training."""

RESTARTED = 0.5
"""Share of the legs that begin, in training, with real frames instead of the decoder's own."""


class Config(Sizes):
    """Sizes of a network.

    Attributes:
        latent: Numbers in a latent, at most.
        leg_tokens: Tokens from one latent to the next.
        token_latent: Numbers of the linear codec in which a token is decoded.
        components: Components of the mixture over the next latent.
        channels: Channels of encoder and decoder.
        layers: Layers of each.
        kl_weight: Weight of the nats between posterior and unit normal, beside the squared error.
    """

    kind: Literal["lstm-vae"]
    latent: int = Field(default=256, ge=1)
    leg_tokens: int = Field(default=8, ge=1)
    token_latent: int = Field(default=128, ge=1)
    components: int = Field(default=8, ge=1)
    channels: int = Field(default=384, ge=8)
    layers: int = Field(default=2, ge=1)
    kl_weight: float = Field(default=1e-4, ge=0)


class Parts(NamedTuple):
    """Parts of the loss, means.

    Attributes:
        error: Squared error of the frames decoded from latents, per normalised feature.
        step_error: The same of steps from frame to frame.
        divergence: Divergence of posteriors from the unit normal, nats.
        walk: Negative log likelihood of a latent after that of the leg before, nats.
    """

    error: Tensor
    step_error: Tensor
    divergence: Tensor
    walk: Tensor


class Step(ExportedStep):
    """Takes one token and gives the next.

    Where the token is not the one that it gave, a person leads: the latent is drawn from the
    posterior's mean. Else it is drawn from the latent before. A leg, whose tokens the state
    `danced` counts, begins where one ends, or where another emotion is asked for.
    """

    network: "LSTMVAE"

    @property
    def states(self) -> tuple[State, ...]:
        """Its own last token, the course of the latent, and the memory of both networks."""
        network, config = self.network, self.network.config
        memory = (config.layers, 2, config.channels)
        shapes = {
            "said": (config.frames_per_token, network.codec.layout.width),
            "latent": (network.latent,),
            "past": network.past_shape,
            "danced": (1,),
            "leg_emotion": (len(self.usual_energy),),
            "encoder": memory,
            "decoder": memory,
        }
        return tuple(State(name=name, shape=shape) for name, shape in shapes.items())

    @property
    def noise(self) -> int:
        """A number for each of a latent."""
        return self.network.latent

    def advance(
        self, frames: Tensor, conditions: StepConditions, states: States
    ) -> tuple[Tensor, States]:
        """Return the frames that follow, raw, and the states after them."""
        network, emotion = self.network, conditions.emotion
        own, latent, past, danced, leg_emotion, encoder, decoder = states
        token = network.codec.normalise(frames)
        mean, _, past, encoder = network.encode(token, past, encoder)
        # Frames that are not its own are a person's: the latent starts from what they dance.
        led = (token - own).square().mean((1, 2)).unsqueeze(1) > DEVIATED**2
        changed = (emotion - leg_emotion).abs().sum(1, keepdim=True) > CHANGED
        begins = led | changed | (danced >= network.config.leg_tokens)
        drawn = self.drawn(torch.where(led, mean, latent), conditions)
        # A graph has no branches: the draw is made at every step, and kept where a leg begins.
        latent = torch.where(begins, drawn, latent)
        leg_emotion = torch.where(begins, emotion, leg_emotion)
        danced = torch.where(begins, 0.0, danced)
        condition = network.conditioned(self.labels_of(emotion), conditions.energy)
        own, decoder = network.decode(token, latent, danced.squeeze(1).long(), condition, decoder)
        after = own, latent, past, danced + 1.0, leg_emotion, encoder, decoder
        return network.codec.denormalise(own), after

    def drawn(self, latent: Tensor, conditions: StepConditions) -> Tensor:
        """Return a latent (N, D) to be reached a leg after another (N, D)."""
        network, emotion, energy = self.network, conditions.emotion, conditions.energy
        labels = self.labels_of(emotion), self.labels_of(torch.zeros_like(emotion))
        energies = energy, calm(emotion, energy, self.usual_energy)
        with_emotion, without = (
            network.walk(latent, network.conditioned(*guess))
            for guess in zip(labels, energies, strict=True)
        )
        return with_emotion.guided(without, conditions.guidance).sample(
            conditions.temperature, conditions.uniform, conditions.normal
        )


class LSTMVAE(EnergyNetwork):
    """Encoder, decoder, and the mixture by which the latent walks."""

    STEP: ClassVar[type[ExportedStep]] = Step
    DISTURBANCE: ClassVar[str] = "input_noise"
    PROOF_SIZES: ClassVar[Mapping[str, Any]] = {
        "frames_per_token": 4,
        "context_tokens": 16,
        "latent": 16,
        "leg_tokens": 4,
        "token_latent": 24,
        "components": 4,
        "channels": 96,
    }

    config: Config
    codec: TokenCodec

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        super().__init__(config, labels, layout)
        self.config, self.labels = config, labels
        channels, layers, conditions = config.channels, config.layers, labels + 2
        self.codec = TokenCodec(layout, config.frames_per_token, config.token_latent)
        frames = config.leg_tokens * config.frames_per_token
        sizes = MotionSizes(window=frames, rhythms=frames, latent=config.latent)
        self.legs = MotionAutoencoder(layout, sizes, None)
        self.latent = latent = self.legs.sizes.latent
        self.encoder = LSTM(config.frames_per_token * layout.width, channels, layers)
        self.posterior = nn.Linear(channels, 2 * latent)
        inputs = 2 * layout.width + latent + conditions + config.leg_tokens
        self.decoder = LSTM(inputs, channels, layers)
        self.out = nn.Linear(channels, self.codec.latent)
        self.pull = nn.Parameter(torch.full((self.codec.latent,), FIRST_PULL))
        self.walk = LatentPrior(latent, conditions, 2 * channels, config.components)
        nn.init.zeros_(self.posterior.weight)
        first = torch.tensor([0.0, FIRST_LOG_SCALE])
        self.posterior.bias.data.copy_(first.repeat_interleave(latent))

    def conditioned(self, labels: Tensor, energy: Tensor) -> Tensor:
        """Join labels (..., L) and energies in m/s, 0 where unknown, (..., 1)."""
        return torch.cat([labels, self.energy_level(energy)], -1)

    def encode(self, token: Tensor, past: Tensor, memory: Tensor) -> tuple[Tensor, ...]:
        """Return mean and log scale (N, D) of the posterior after a token, past and memory then.

        Args:
            token: Normalised features, (N, K, F).
            past: Pose coordinates of the last leg of frames, (N, leg * K, P).
            memory: The encoder's memory.
        """
        stream, memory = self.encoder(token.flatten(-2), memory)
        more, log_scale = self.posterior(stream).float().chunk(2, -1)
        with torch.autocast(token.device.type, enabled=False):
            newest = self.legs.to_poses(self.codec.denormalise(token.float()))
            past = torch.cat([past[:, token.shape[1] :], newest], 1)
            mean = self.legs.encode(past) + more
        return mean, log_scale.clamp(-6.0, 2.0), past, memory

    def encode_all(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return means and log scales (N, S, D) of the posteriors after tokens (N, S, K, F)."""
        memory, posteriors = self.encoder.nothing(tokens), []
        past = torch.zeros(len(tokens), *self.past_shape, device=tokens.device)
        for token in tokens.unbind(1):
            mean, log_scale, past, memory = self.encode(token, past, memory)
            posteriors.append((mean, log_scale))
        means, log_scales = zip(*posteriors, strict=True)
        return torch.stack(means, 1), torch.stack(log_scales, 1)

    @property
    def past_shape(self) -> tuple[int, int]:
        """Shape of the pose coordinates of a leg of frames."""
        return self.legs.sizes.window, self.legs.sizes.poses

    def goal(self, latent: Tensor, place: Tensor) -> Tensor:
        """Return features (N, K, F) of a latent (N, D) at one token of a leg, one-hot (N, leg)."""
        tokens = self.legs.decode(latent).unflatten(1, (self.config.leg_tokens, -1))
        poses = (place[..., None, None] * tokens).sum(1)
        return self.codec.normalise(self.legs.from_poses(poses))

    def decode(
        self, token: Tensor, latent: Tensor, number: Tensor, condition: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the token (N, K, F) that follows another, and the decoder's memory then.

        It goes on from the last frames, and is pulled towards where the latent has it be.

        Args:
            token: Normalised features of the token before, (N, K, F).
            latent: The posterior as it will be at the leg's end, (N, D).
            number: Place in its leg of the token that follows, from 0, (N,).
            condition: Conditions of the token that follows, (N, L + 2).
            memory: The decoder's memory.
        """
        place = functional.one_hot(number, self.config.leg_tokens).to(token.dtype)
        last = token[:, -2:]
        inputs = torch.cat([last.flatten(-2), latent, condition, place], -1)
        stream, memory = self.decoder(inputs, memory)
        learnt = self.out(stream).float()
        with torch.autocast(learnt.device.type, enabled=False):
            goal = self.goal(latent.float(), place.float())
            away = self.codec.encode(last.float(), goal)
            return self.codec.decode(last.float(), learnt + self.pull.sigmoid() * away), memory

    def prime_decoder(
        self, tokens: Tensor, latents: Tensor, conditions: Tensor, memory: Tensor
    ) -> Tensor:
        """Return the decoder's memory after tokens, each as if a leg began with the next.

        Args:
            tokens: Normalised features, (N, S, K, F).
            latents: The posterior a leg after each, (N, S, D).
            conditions: Conditions of the tokens after them, (N, S, L + 2).
            memory: The decoder's memory.
        """
        first = torch.zeros(len(tokens), dtype=torch.long, device=tokens.device)
        each = zip(tokens.unbind(1), latents.unbind(1), conditions.unbind(1), strict=True)
        for token, latent, condition in each:
            memory = self.decode(token, latent, first, condition, memory)[1]
        return memory

    def decode_leg(
        self, token: Tensor, latent: Tensor, conditions: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Decode a leg from its own frames, and return its tokens (N, leg, K, F) and the memory.

        Args:
            token: The last one before it, (N, K, F).
            latent: The posterior as it will be at its end, (N, D).
            conditions: Conditions of its tokens, (N, leg, L + 2).
            memory: The decoder's memory.
        """
        tokens = []
        for number, condition in enumerate(conditions.unbind(1)):
            place = torch.full((len(token),), number, device=token.device)
            token, memory = self.decode(token, latent, place, condition, memory)
            tokens.append(token)
        return torch.stack(tokens, 1), memory

    def fit(self, windows: Tensor, speed: Tensor) -> str:
        """Fit codec and normalisation and return what the codec keeps, in words."""
        kept = self.codec.fit_windows(windows)
        held = self.legs.fit(windows[:, 2:])
        self.fit_energy(speed)
        self._fit_walk(self.legs.to_poses(windows[:, 2:]))
        return (
            f"codec: {self.codec.latent} numbers keep {kept:.1%} of a token's variance, "
            f"{self.latent} keep {held:.1%} of a leg's"
        )

    def _fit_walk(self, poses: Tensor) -> None:
        """Fit the walk to the latents of windows (N, T, P)."""
        leg, span = self.config.leg_tokens, self.config.frames_per_token
        legs = poses.unfold(1, leg * span, span).transpose(2, 3)
        latent = self.legs.encode(legs.flatten(0, 1)).unflatten(0, legs.shape[:2])
        self.walk.fit(latent[:, :-leg].flatten(0, 1), latent[:, leg:].flatten(0, 1))

    def loss(self, batch: Window, disturbance: float) -> Tensor:
        """Return error, weighted divergence and, per number of a latent, the walk's likelihood."""
        parts = self.parts(batch, disturbance)
        error = parts.error + STEP_WEIGHT * parts.step_error
        walk = parts.walk / self.latent
        return error + self.config.kl_weight * parts.divergence + walk

    def parts(self, batch: Window, disturbance: float) -> Parts:
        """Return the parts of the loss; the first leg is read, all others are decoded.

        Args:
            batch: Windows of two legs and a token, or more.
            disturbance: Standard deviation of noise on all inputs.
        """
        leg = self.config.leg_tokens
        real = self.codec.normalise(batch.frames)[:, 2:]
        tokens = real.unflatten(1, (-1, self.config.frames_per_token))
        starts = torch.arange(leg, tokens.shape[1] - leg, leg)
        if not len(starts):
            raise BhavaError(f"tokens: expected {2 * leg} or more, got {tokens.shape[1] - 1}")
        inputs = tokens + disturbance * torch.randn_like(tokens) if disturbance else tokens
        mean, log_scale = self.encode_all(inputs)
        latent = mean + log_scale.exp() * torch.randn_like(mean)
        conditions = self.conditioned(batch.labels, batch.energy)
        outputs = self._decode_legs(inputs, latent, conditions, starts)
        first = int(starts[0]) + 1
        error, step_error = _errors(outputs, real[:, first * tokens.shape[2] - 1 :])
        ends = starts + leg
        posterior = Normal(mean[:, ends], log_scale[:, ends].exp(), validate_args=False)
        divergence = kl_divergence(posterior, Normal(0.0, 1.0)).sum(-1)
        ahead = self.conditioned(batch.labels[:, 2 * leg :], batch.energy[:, leg + 1 : 1 - leg])
        walked = self.walk(latent[:, leg:-leg].detach(), ahead)
        walk = -walked.log_likelihood(latent[:, 2 * leg :].detach())
        return Parts(error, step_error, divergence.mean(), walk.mean())

    def _decode_legs(
        self, inputs: Tensor, latent: Tensor, conditions: Tensor, starts: Tensor
    ) -> Tensor:
        """Return the frames (N, T, F) of all legs; some begin with the inputs."""
        leg = self.config.leg_tokens
        ahead = latent[:, leg : 2 * leg], conditions[:, 1 : leg + 1]
        memory = self.prime_decoder(inputs[:, :leg], *ahead, self.decoder.nothing(inputs))
        legs: list[Tensor] = []
        for start in starts.tolist():
            token = inputs[:, start]
            if legs:
                restarts = torch.rand(len(inputs), 1, 1, device=inputs.device) < RESTARTED
                token = torch.where(restarts, token, legs[-1][:, -1].detach())
            goal = latent[:, start + leg], conditions[:, start + 1 : start + leg + 1]
            tokens, memory = self.decode_leg(token, *goal, memory.detach())
            legs.append(tokens)
        return torch.cat(legs, 1).flatten(1, 2)

    def nats_per_frame(self, batch: Window) -> None:
        """Return None: decoded frames have no density of their own."""
        del batch


def _errors(outputs: Tensor, real: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean squared errors of frames (N, T, F) and of the steps to them.

    The real frames begin one frame earlier, and may end later.
    """
    real = real[:, : outputs.shape[1] + 1]
    steps = torch.diff(torch.cat([real[:, :1], outputs], 1), dim=1)
    return functional.mse_loss(outputs, real[:, 1:]), functional.mse_loss(steps, real.diff(dim=1))
