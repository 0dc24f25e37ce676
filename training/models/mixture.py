"""A mixture of Gaussians: what a network predicts, and how a draw is made of it.

References:
    C. M. Bishop, "Mixture Density Networks", 1994. J. Ho and T. Salimans, "Classifier-Free
    Diffusion Guidance", arXiv:2207.12598.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

NARROWEST_LOG_SCALE, WIDEST_LOG_SCALE = -4.0, 2.0
"""Bounds of the logarithm of a component's standard deviation."""


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

    @staticmethod
    def from_outputs(
        raw: Tensor, components: int, narrowest: float = NARROWEST_LOG_SCALE
    ) -> "Mixture":
        """Return the mixture that a network's outputs stand for.

        Args:
            raw: Logits, means and logarithms of standard deviations, (..., M * (1 + 2 * D)).
            components: How many there are.
            narrowest: Logarithm of the smallest standard deviation.
        """
        raw = raw.float()
        logits, rest = raw.split([components, raw.shape[-1] - components], -1)
        means, log_scales = rest.unflatten(-1, (components, -1)).chunk(2, -1)
        return Mixture(logits, means, log_scales.clamp(narrowest, WIDEST_LOG_SCALE))

    def log_likelihood(self, latent: Tensor, counts: Tensor | float = 1.0) -> Tensor:
        """Return log densities (...) of latents (..., D) in nats.

        Args:
            latent: Latents, (..., D).
            counts: 1 for each axis that counts, 0 for the others, (D,).
        """
        z = (latent.unsqueeze(-2) - self.means) * torch.exp(-self.log_scales)
        nats = -0.5 * (z.square() + 1.8378770664093453) - self.log_scales
        density = (counts * nats).sum(-1)
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
