"""A mixture of Gaussians: what a network predicts, and how a draw is made of it.

References:
    C. M. Bishop, "Mixture Density Networks", 1994. J. Ho and T. Salimans, "Classifier-Free
    Diffusion Guidance", arXiv:2207.12598.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Mixture(NamedTuple):
    """A Gaussian mixture with diagonal covariances over a latent.

    Attributes:
        logits: (..., M).
        means: (..., M, D).
        log_scales: Natural logarithms of the standard deviations, (..., M, D).
    """

    logits: Tensor
    means: Tensor
    log_scales: Tensor

    def log_likelihood(self, latent: Tensor) -> Tensor:
        """Return log densities (...) of latents (..., D) in nats."""
        z = (latent.unsqueeze(-2) - self.means) * torch.exp(-self.log_scales)
        density = -0.5 * (z.square() + 1.8378770664093453).sum(-1) - self.log_scales.sum(-1)
        return torch.logsumexp(density + functional.log_softmax(self.logits, -1), -1)

    def guided(self, unconditional: "Mixture", guidance: Tensor) -> "Mixture":
        """Push logits and means away from the unconditional mixture; guidance 0 changes nothing."""
        return Mixture(
            self.logits + guidance * (self.logits - unconditional.logits),
            self.means + guidance.unsqueeze(-1) * (self.means - unconditional.means),
            self.log_scales,
        )

    def sample(self, temperature: Tensor, uniform: Tensor, normal: Tensor) -> Tensor:
        """Return one latent (..., D).

        Args:
            temperature: Divides the logits and multiplies the variances, (..., 1); 0 gives the
                mean of the likeliest component.
            uniform: Draws the component, in [0, 1), (..., 1).
            normal: Draws within the component, (..., D).
        """
        weights = functional.softmax(self.logits / temperature.clamp(min=1e-3), -1)
        passed = (weights.cumsum(-1) <= uniform).sum(-1).clamp(max=weights.shape[-1] - 1)
        chosen = functional.one_hot(passed, weights.shape[-1]).to(weights.dtype).unsqueeze(-1)
        mean = (chosen * self.means).sum(-2)
        scale = torch.exp((chosen * self.log_scales).sum(-2))
        return mean + temperature.clamp(min=0).sqrt() * scale * normal
