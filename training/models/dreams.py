"""Clips out of the latents of others: rebuilt, varied, or interpolated between two."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from motion import features
from motion.clip import Clip
from motion.errors import BhavaError, MotionFileError
from training.corpus.corpus import FPS
from training.models.lstm_vae import LSTMVAE
from training.models.network import Network

Array = np.ndarray


def require_latents(network: Network) -> LSTMVAE:
    """Return a network that has latents to dream of.

    Raises:
        BhavaError: If it is of another kind.
    """
    if not isinstance(network, LSTMVAE):
        raise BhavaError(f"expected a model of kind lstm-vae, got {network.config.kind}")
    return network


@torch.no_grad()
def dream(
    network: LSTMVAE,
    clip: Clip,
    *,
    towards: Clip | None = None,
    spread: float = 0.0,
    seed: int = 0,
) -> Clip:
    """Decode a clip again from its latents, a leg after the other.

    The first leg and a token are the clip's own: from there the decoder dances by itself. No
    emotion and no energy is given, so that the latents alone decide.

    Args:
        network: Trained.
        clip: What is decoded again; what is left of the last leg is cut off.
        towards: Another, to which latents lead evenly from those of the clip; the shorter of the
            two says how long.
        spread: Standard deviation of noise on the latents; those of training are about 1 apart.
        seed: Random seed of that noise.

    Raises:
        MotionFileError: If a clip is shorter than two legs.
    """
    own = _tokens(network, clip)
    path = _latents(network, own)
    if towards is not None:
        other = _latents(network, _tokens(network, towards))
        count = min(path.shape[1], other.shape[1])
        share = torch.linspace(0, 1, count).unsqueeze(-1)
        path = torch.lerp(path[:, :count], other[:, :count], share)
    deviation = torch.randn(path.shape, generator=torch.Generator().manual_seed(seed))
    tokens = _decode_legs(network, own, path + spread * deviation)
    frames = network.codec.denormalise(tokens).flatten(0, 2).numpy()
    return _clip(frames, features.last_root(clip[:1]), clip.name)


def _tokens(network: LSTMVAE, clip: Clip) -> Tensor:
    """Return the normalised tokens (1, S, K, F) of a clip: of whole legs, and one more."""
    config = network.config
    leg = config.leg_tokens * config.frames_per_token
    least = 2 * leg + config.frames_per_token
    frames = torch.from_numpy(features.from_clip(clip.resampled(FPS)))
    if len(frames) < least:
        raise MotionFileError(
            f"{clip.name}: expected {least / FPS:.1f} s or more, got {len(frames) / FPS:.1f} s"
        )
    length = (len(frames) - config.frames_per_token) // leg * leg + config.frames_per_token
    normalised = network.codec.normalise(frames[:length])
    return normalised.unflatten(0, (-1, config.frames_per_token)).unsqueeze(0)


def _latents(network: LSTMVAE, tokens: Tensor) -> Tensor:
    """Return the posteriors' means at the end of every leg (1, legs, D)."""
    leg = network.config.leg_tokens
    return network.encode_all(tokens)[0][:, leg::leg]


def _decode_legs(network: LSTMVAE, own: Tensor, path: Tensor) -> Tensor:
    """Return tokens (1, S, K, F): a leg and a token of one's own, and those decoded after them."""
    leg = network.config.leg_tokens
    unknown = network.conditioned(torch.zeros(1, network.labels), torch.zeros(1, 1))
    conditions = unknown.expand(1, leg, -1)
    first = path[:, :1].expand(-1, leg, -1)
    memory = network.prime_decoder(own[:, :leg], first, conditions, network.decoder.nothing(own))
    tokens = [own[:, : leg + 1]]
    for latent in path[:, 1:].unbind(1):
        leg_tokens, memory = network.decode_leg(tokens[-1][:, -1], latent, conditions, memory)
        tokens.append(leg_tokens)
    return torch.cat(tokens, 1)


def _clip(frames: Float[Array, "T F"], root: Float[Array, "3"], name: str) -> Clip:
    """Return the clip of raw features that begins at the root of its first frame."""
    roots = [root]
    for frame in frames[1:]:
        roots.append(features.next_root(roots[-1], frame, FPS))
    return Clip(name, FPS, *features.to_poses(frames, np.stack(roots)))
