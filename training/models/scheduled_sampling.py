"""Scheduled sampling: inputs of the network's own, and targets that lead back from them.

References:
    S. Bengio et al., "Scheduled Sampling for Sequence Prediction with Recurrent Neural Networks",
    arXiv:1506.03099.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from motion.features import Layout
from training.corpus.corpus import FPS

RETURN_HALF_LIFE = 0.2
"""Seconds in which a deviation from the real motion halves."""


def recovery(deviation: Tensor) -> Tensor:
    """Return what remains of deviations in the tokens after them.

    A critically damped spring takes each deviation to zero, from the place and speed at its end.

    Args:
        deviation: Difference from the real motion in each token, (N, S, K, F).

    Returns:
        Differences in each token and in one more, (N, S + 1, K, F).

    References:
        D. Holden, "Spring-It-On: The Game Developer's Spring-Roll-Call", 2021.
    """
    frames = deviation.shape[2]
    # The half-life of a critically damped spring, in frames.
    rate = 2 * math.log(2) / (RETURN_HALF_LIFE * FPS)
    place = deviation[:, :, -1:]
    speed = place - deviation[:, :, -2:-1]
    returning = torch.zeros_like(functional.pad(deviation, (0, 0, 0, 0, 0, 1)))
    for lag in range(1, 1 + math.ceil(4 * RETURN_HALF_LIFE * FPS / frames)):
        t = torch.arange(1, frames + 1, device=deviation.device) + frames * (lag - 1)
        t = t.to(deviation.dtype)[:, None]
        tokens = max(0, deviation.shape[1] + 1 - lag)
        # What all tokens' deviations leave in the token that follows `lag` later, summed up.
        decayed = torch.exp(-rate * t) * (place + (speed + rate * place) * t)
        returning[:, lag:] += decayed[:, :tokens]
    return returning


def perturb(
    inputs: Tensor, targets: Tensor, deviation: Tensor, share: float
) -> tuple[Tensor, Tensor]:
    """Move a share of the inputs off the real motion, and the targets after them back to it.

    Args:
        inputs: Real tokens, (N, S, K, F).
        targets: Those after them.
        deviation: What is added to an input that is chosen, (N, S, K, F).
        share: Probability that an input is chosen, in [0, 1].
    """
    chosen = torch.rand(inputs.shape[:2], device=inputs.device) < share
    # Chosen token by token, so that real and own tokens alternate within a window.
    deviation = deviation * chosen[..., None, None]
    returning = recovery(deviation)
    return inputs + deviation + returning[:, :-1], targets + returning[:, 1:]


def foreign_posture(tokens: Tensor, layout: Layout, share: float) -> Tensor:
    """Return by how much tokens deviate that are held as another window of the batch is held.

    The posture of a window is its mean pose. A clip shows it from its first frame on, so that a
    model that sees the motion needs no label to know it; one whose input is held otherwise does.

    Args:
        tokens: Normalised tokens, (N, S, K, F).
        layout: Layout of the features.
        share: Probability that a token is held so.

    Returns:
        Deviations, up to 1.2 times the difference of postures, (N, S, K, F); 0 for other tokens.
    """
    turned = layout.part["rotations"]
    posture = tokens[..., turned].mean((1, 2), keepdim=True)
    held = torch.zeros_like(tokens[:, :1, :1])
    held[..., turned] = posture.roll(1, 0) - posture
    size = 1.2 * torch.rand_like(held[..., :1])
    chosen = torch.rand(tokens.shape[:2], device=tokens.device) < share
    return size * held * chosen[..., None, None]
