"""How motion that strayed comes back to the real one, softly."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.corpus.corpus import FPS

RETURN_HALF_LIFE = 0.2
"""Seconds in which motion that strayed from the real one comes half the way back."""


def way_back(strayed: Tensor) -> Tensor:
    """Return how motion that strayed in some tokens comes back in the tokens after them.

    A critically damped spring leads every stray home, from where and as fast as it ended.

    Args:
        strayed: Differences from the real motion in each token, (N, S, K, F).

    Returns:
        Differences in each token and in one more, (N, S + 1, K, F).

    References:
        D. Holden, "Spring-It-On: The Game Developer's Spring-Roll-Call", 2021.
    """
    frames = strayed.shape[2]
    rate = 2 * math.log(2) / (RETURN_HALF_LIFE * FPS)
    place = strayed[:, :, -1:]
    speed = place - strayed[:, :, -2:-1]
    returning = torch.zeros_like(functional.pad(strayed, (0, 0, 0, 0, 0, 1)))
    for lag in range(1, 1 + math.ceil(4 * RETURN_HALF_LIFE * FPS / frames)):
        t = torch.arange(1, frames + 1, device=strayed.device) + frames * (lag - 1)
        t = t.to(strayed.dtype)[:, None]
        tokens = max(0, strayed.shape[1] + 1 - lag)
        decayed = torch.exp(-rate * t) * (place + (speed + rate * place) * t)
        returning[:, lag:] += decayed[:, :tokens]
    return returning


def led_astray(
    inputs: Tensor, targets: Tensor, strayed: Tensor, share: float
) -> tuple[Tensor, Tensor]:
    """Let a share of the inputs stray, and what follows lead back to the real motion.

    Args:
        inputs: Real tokens, (N, S, K, F).
        targets: Those after them.
        strayed: How far the inputs may stray, (N, S, K, F).
        share: Probability that one does.
    """
    chosen = torch.rand(inputs.shape[:2], device=inputs.device) < share
    strayed = strayed * chosen[..., None, None]
    returning = way_back(strayed)
    return inputs + strayed + returning[:, :-1], targets + returning[:, 1:]
