"""A linear codec between tokens of a few frames and a latent."""

import math

import torch
from torch import Tensor

from motion.features import Layout
from training.models.normalisation import NARROWEST, Normalisation

NEGLIGIBLE = 1e-4
"""Spread in normalised features below which an axis is rounding error, as of joints that rest."""


class TokenCodec(Normalisation):
    """A linear codec of tokens given the last two frames; all in normalised features.

    A token is what a linear regression extrapolates from the last two frames, plus a basis of the
    residual. So a latent of zeros goes on smoothly, and every latent starts where the motion is.

    Attributes:
        latent: How many numbers stand for a token: at most as many as it has.
    """

    extrapolation: Tensor
    basis: Tensor
    analysis: Tensor
    spread: Tensor
    remainder: Tensor

    def __init__(self, layout: Layout, frames_per_token: int, latent: int) -> None:
        super().__init__(layout)
        span = frames_per_token * layout.width
        self.frames_per_token, self.latent = frames_per_token, min(latent, span)
        latent = self.latent
        self.register_buffer("extrapolation", torch.zeros(2 * layout.width + 1, span))
        self.register_buffer("basis", torch.zeros(latent, span))
        self.register_buffer("analysis", torch.zeros(span, latent))
        self.register_buffer("spread", torch.ones(span), persistent=False)
        self.register_buffer("remainder", torch.zeros(span, span - latent), persistent=False)

    def fit_windows(self, windows: Tensor) -> float:
        """Fit to raw features of windows (N, T, F); see `fit`."""
        span = 2 + self.frames_per_token
        return self.fit(windows.unfold(1, span, 5).transpose(2, 3).flatten(0, 1))

    @torch.no_grad()
    def fit(self, frames: Tensor, ridge: float = 1e-3) -> float:
        """Fit to stretches of real motion.

        Args:
            frames: Raw features of 2 + K consecutive frames, (samples, 2 + K, F).
            ridge: Weight of the penalty on the regression, relative to the data.

        Returns:
            Share of the weighted variance of tokens that the codec keeps.
        """
        self.fit_scale(frames.flatten(0, 1))
        known = self._regressors(self.normalise(frames[:, :2])).double()
        token = self.normalise(frames[:, 2:]).flatten(1).double()
        # The ridge keeps features that hardly move from being extrapolated by rounding errors.
        gram = known.T @ known
        gram += ridge * len(known) * torch.eye(len(gram), dtype=gram.dtype)
        solution = torch.linalg.solve(gram, known.T @ token)
        self.extrapolation.copy_(solution)
        # Only what the extrapolation leaves over needs a latent: its principal axes, largest first.
        residual = token - known @ solution
        values, vectors = torch.linalg.eigh(residual.T @ residual / len(residual))
        latent = self.latent
        spreads = values.flip(0).clamp(min=NEGLIGIBLE**2).sqrt()
        spread, axes = spreads[:latent], vectors[:, -latent:].flip(1)
        # The axes that are left out stay known: the likelihood of raw features needs their density.
        self.spread.copy_(spreads)
        self.remainder.copy_(vectors.flip(1)[:, latent:])
        # Each number of a latent has unit variance, so that the mixture's scales compare.
        self.basis.copy_((axes * spread).T)
        self.analysis.copy_(axes / spread)
        lost = (residual - residual @ axes @ axes.T).square().sum()
        return float(1 - lost / (token - token.mean(0)).square().sum())

    @property
    def moving(self) -> Tensor:
        """1 for each number of a latent that moves something, 0 for rounding errors, (D,).

        Whose likelihood counted these would learn to be sure of nothing, and little else.
        """
        return (self.basis.norm(dim=1) > 2 * NEGLIGIBLE).to(self.basis.dtype)

    def encode(self, last: Tensor, token: Tensor) -> Tensor:
        """Latent (..., D) of a token (..., K, F) that follows the last frames (..., 2, F)."""
        residual = token.flatten(-2) - self._regressors(last) @ self.extrapolation
        return residual @ self.analysis

    def log_volume_and_remainder(self, last: Tensor, token: Tensor) -> Tensor:
        """Return what takes a latent's log density to that of the raw features, nats (...).

        The volume that `encode` and the normalisation change, and the density of all that the
        latent leaves out: Gaussian along each further principal axis, as in the data fitted to,
        though nowhere narrower than `NARROWEST`.

        References:
            M. Tipping and C. Bishop, "Probabilistic Principal Component Analysis", 1999.
        """
        latent = self.latent
        residual = token.flatten(-2) - self._regressors(last) @ self.extrapolation
        spread = self.spread[latent:].clamp(min=NARROWEST)
        z = residual @ self.remainder / spread
        density = -0.5 * (z.square() + math.log(2 * math.pi)).sum(-1) - spread.log().sum()
        of_latent = (self.moving * self.spread[:latent].log()).sum()
        of_features = self.frames_per_token * self.scale.log().sum()
        return density - (of_latent + of_features)

    def decode(self, last: Tensor, latent: Tensor) -> Tensor:
        """Token (..., K, F) that goes on from the last frames (..., 2, F)."""
        token = self._regressors(last) @ self.extrapolation + latent @ self.basis
        return token.unflatten(-1, (self.frames_per_token, -1))

    def _regressors(self, last: Tensor) -> Tensor:
        flat = last.flatten(-2)
        return torch.cat([flat, torch.ones_like(flat[..., :1])], -1)
