"""A judge of emotion: a small convolutional network, trained on real clips alone.

It shares nothing with the motion models but the features, so that a model cannot please it by
being built alike.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from motion import features
from motion.clip import Clip
from training.dataset import active

Array = np.ndarray

SECONDS = 4.0
STEPS = 500
BATCH = 64

NOISE = 0.3
"""Noise on the features in training, in standard deviations: a style is not in the fine tremble."""


class Classifier(nn.Module):
    """From 4 s of features to logits over emotions."""

    def __init__(self, labels: int, channels: int = 64) -> None:
        super().__init__()
        self.normalise = nn.BatchNorm1d(features.WIDTH, affine=False)
        self.layers = nn.Sequential(
            nn.Dropout(0.2),
            nn.Conv1d(features.WIDTH, channels, 5, stride=2),
            nn.GELU(),
            nn.Conv1d(channels, channels, 5, stride=2),
            nn.GELU(),
            nn.Conv1d(channels, channels, 5, stride=2),
            nn.GELU(),
        )
        self.head = nn.Linear(2 * channels, labels)

    def embed(self, frames: Tensor) -> Tensor:
        """Embed raw features (N, T, F): mean and spread over time, (N, 2 * channels)."""
        normal = self.normalise(frames.transpose(1, 2))
        if self.training:
            normal = normal + NOISE * torch.randn_like(normal)
        hidden = self.layers(normal)
        return torch.cat([hidden.mean(-1), hidden.std(-1)], -1)

    def forward(self, frames: Tensor) -> Tensor:
        """Return logits (N, labels)."""
        return self.head(functional.dropout(self.embed(frames), 0.3, self.training))


def windows(clips: list[Clip], hop_seconds: float = 1.0) -> Float[Array, "N T F"]:
    """Cut clips into windows of 4 s; what is shorter is played to and fro to fill one."""
    cut = []
    for clip in clips:
        frames = features.from_clip(clip)
        length, hop = round(SECONDS * clip.fps), round(hop_seconds * clip.fps)
        if len(frames) < length:
            frames = np.pad(frames, ((0, length - len(frames)), (0, 0)), mode="reflect")
        cut += [frames[i : i + length] for i in range(0, len(frames) - length + 1, hop)]
    return np.stack(cut)


def train_classifier(clips_by_label: list[list[Clip]], seed: int) -> Classifier:
    """Train on real clips, each label seen equally often, mirror images included."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    parts = [[active(clip) for clip in clips] for clips in clips_by_label]
    pools = [torch.from_numpy(windows(p + [clip.mirrored() for clip in p], 0.25)) for p in parts]
    network = Classifier(len(pools))
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=STEPS)
    for _ in range(STEPS):
        labels = torch.from_numpy(rng.integers(0, len(pools), BATCH))
        batch = torch.stack([pools[i][rng.integers(len(pools[i]))] for i in labels.tolist()])
        loss = functional.cross_entropy(network(batch), labels, label_smoothing=0.1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def judge(network: Classifier, clips: list[Clip]) -> tuple[Int[Array, "N"], Float[Array, "N D"]]:
    """Return for each window of 4 s the likeliest label and the embedding."""
    frames = torch.from_numpy(windows(clips))
    return network(frames).argmax(-1).numpy(), network.embed(frames).numpy()
