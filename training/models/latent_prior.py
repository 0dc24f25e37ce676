"""The prior of a latent: where it is likely to be a leg of motion later.

Shapes: N batch, D latent, M mixture components, C condition.
"""

import torch
from torch import Tensor, nn

from training.models.mixture import Mixture

RIDGE = 1e-2
"""Penalty of the regression, beside latents of unit variance."""


class LatentPrior(nn.Module):
    """A mixture over the next latent: a linear regression from the last one, and what is learnt.

    The regression is fitted, not learnt. Without it each draw falls short of the motion's spread by
    some hundredths, and after twenty draws in a row little is left of the motion.
    """

    course: Tensor

    def __init__(self, latent: int, condition: int, channels: int, components: int) -> None:
        super().__init__()
        self.components = components
        self.register_buffer("course", torch.eye(latent))
        self.change = nn.Sequential(
            nn.Linear(latent + condition, channels),
            nn.GELU(),
            nn.Linear(channels, components * (1 + 2 * latent)),
        )

    def forward(self, latent: Tensor, condition: Tensor) -> Mixture:
        """Return the mixture over what follows latents (..., D) under conditions (..., C)."""
        change = Mixture.from_outputs(
            self.change(torch.cat([latent, condition], -1)), self.components
        )
        with torch.autocast(latent.device.type, enabled=False):
            led = latent.float() @ self.course
        return change._replace(means=led.unsqueeze(-2) + change.means)

    @torch.no_grad()
    def fit(self, now: Tensor, then: Tensor) -> None:
        """Fit the course to pairs of latents (N, D), a leg apart."""
        ridge = RIDGE * len(now) * torch.eye(now.shape[1])
        self.course.copy_(torch.linalg.solve(now.T @ now + ridge, now.T @ then))
