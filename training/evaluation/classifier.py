"""An emotion classifier: small convolutional networks, trained on real clips alone.

They see joint positions and their course in time, where the motion models see rotations, so that a
model cannot please them by being built alike. Each of several networks learns from all clips but
one fold. A real clip is classified by the network that has not seen it, generated motion by all.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from motion import kinematics, rotations
from motion.clip import Clip
from motion.errors import BhavaError
from motion.skeleton import CANONICAL
from training.corpus.corpus import FPS, group_of
from training.evaluation.measures import SHORTEST_SECONDS, WINDOW_SECONDS, mended, windows

Array = np.ndarray

JOINTS = len(CANONICAL.joints)
WIDTH = 3 * JOINTS + 3
"""Numbers a frame: joint positions in the facing frame, then planar velocity and turn rate."""

REVISION = 1
"""Raised whenever the same clips would train to other weights.

That is when `Classifier`, `inputs`, the folds, the training or one of the constants below changes:
networks in a cache were trained by the code of their revision, and must not stand in for those of
another. Names, comments and what merely uses the networks leave it as it is.
"""

FOLDS = 5
CHANNELS = 64
EMBEDDING = 32
STEPS = 300
BATCH = 64
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.05
LABEL_SMOOTHING = 0.1

NOISE = 0.3
"""Noise on the inputs in training, in standard deviations: a style is not in the fine tremble."""

TEMPO = 0.1
"""Largest change of tempo in training, natural logarithm."""

SIZE = 0.05
"""Standard deviation of the change of size in training, natural logarithm."""


class Classifier(nn.Module):
    """From some seconds of motion to logits over emotions."""

    mean: Tensor
    scale: Tensor

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(WIDTH))
        self.register_buffer("scale", torch.ones(WIDTH))
        self.layers = nn.Sequential(
            nn.AvgPool1d(2),
            nn.Dropout1d(0.05),
            nn.Conv1d(WIDTH, CHANNELS, 5),
            nn.GELU(),
            nn.Conv1d(CHANNELS, CHANNELS, 5, stride=2),
            nn.GELU(),
            nn.Conv1d(CHANNELS, CHANNELS, 3),
            nn.GELU(),
        )
        self.embedding = nn.Linear(2 * CHANNELS, EMBEDDING)
        self.head = nn.Linear(EMBEDDING, labels)

    def embed(self, frames: Tensor) -> Tensor:
        """Embed inputs (N, T, WIDTH), T at least 30, as (N, EMBEDDING)."""
        normal = ((frames - self.mean) / self.scale).transpose(1, 2)
        if self.training:
            normal = normal + NOISE * torch.randn_like(normal)
        hidden = self.layers(normal)
        pooled = torch.cat([hidden.mean(-1), hidden.std(-1)], -1)
        return self.embedding(functional.dropout(pooled, 0.3, self.training))

    def logits(self, embedded: Tensor) -> Tensor:
        """Return logits (N, labels) of embeddings."""
        return self.head(functional.dropout(functional.gelu(embedded), 0.2, self.training))


@dataclass(frozen=True, eq=False)
class Classification:
    """What the networks take one clip's windows for.

    Attributes:
        probabilities: Mean over the networks, (W, E).
        embeddings: One by each network, (K, W, D).
    """

    probabilities: Float[Array, "W E"]
    embeddings: Float[Array, "K W D"]


@dataclass(frozen=True, eq=False)
class ClassifierEnsemble:
    """Networks, one for each fold of the real clips that it has not seen.

    Attributes:
        labels: Emotions, in the order of the probabilities.
        networks: One for each fold.
        fold_of: By a real clip's name the fold that it is in.
    """

    labels: tuple[str, ...]
    networks: tuple[Classifier, ...]
    fold_of: dict[str, int] = field(repr=False)

    def classify(self, clip: Clip) -> Classification:
        """Classify a clip's windows by the networks that have not seen a clip of its name."""
        fold = self.fold_of.get(clip.name)
        unseen = self.networks if fold is None else (self.networks[fold],)
        return self._classify(unseen, _windows(clip))

    def embed_seen(self, clip: Clip, fold: int) -> Float[Array, "W D"]:
        """Embed a clip's windows by the network of a fold, whether it has seen the clip or not."""
        return self._classify((self.networks[fold],), _windows(clip)).embeddings[0]

    def probabilities_around(
        self, clip: Clip, centres: Int[Array, "N"], seconds: float
    ) -> Float[Array, "N E"]:
        """Return the probabilities of windows about frames, which may be any that fit."""
        half = round(seconds * clip.fps / 2)
        frames = inputs(mended(clip)[0])
        cut = np.stack([frames[centre - half : centre + half] for centre in centres])
        return self._classify(self.networks, cut).probabilities

    @torch.no_grad()
    def _classify(
        self, networks: Sequence[Classifier], cut: Float[Array, "W T F"]
    ) -> Classification:
        embedded = [network.embed(torch.from_numpy(cut)) for network in networks]
        probabilities = [
            network.logits(one).softmax(-1) for network, one in zip(networks, embedded, strict=True)
        ]
        return Classification(
            torch.stack(probabilities).mean(0).numpy(), torch.stack(embedded).numpy()
        )


def inputs(clip: Clip) -> Float[Array, "T F"]:
    """Return what the networks see of a clip of at least two frames, float32.

    Joint positions relative to the hips' place on the floor in the facing frame, metres; planar
    velocity of the hips there, m/s; turn rate, rad/s.
    """
    positions = clip.world_positions()
    facing = np.unwrap(kinematics.facing(positions))
    back = rotations.about_y(-facing)
    velocity = rotations.rotate(back, np.gradient(clip.hips, 1 / clip.fps, axis=0))
    local = rotations.rotate(back[:, None], positions - positions[:, :1] * [1.0, 0.0, 1.0])
    turn = np.gradient(facing, 1 / clip.fps)
    parts = [local.reshape(len(clip), -1), velocity[:, [0, 2]], turn[:, None]]
    return np.concatenate(parts, axis=1).astype(np.float32)


def folds(clips: Sequence[Clip], count: int) -> Int[Array, "N"]:
    """Divide clips into folds, evenly over emotions and data sets; groups stay together.

    Takes are dealt out content by content, so that a content that each emotion plays once is in
    the same fold in all: else a network would learn which emotion lacks it. Depends on labels and
    names only.
    """
    fold_of: dict[str, int] = {}
    dealt: dict[tuple[str, str], int] = defaultdict(int)
    for clip in sorted(clips, key=_order):
        group = group_of(clip)
        kind = clip.labels.get("emotion", ""), clip.labels.get("dataset", "")
        if group not in fold_of:
            fold_of[group] = dealt[kind] % count
            dealt[kind] += 1
    return np.array([fold_of[group_of(clip)] for clip in clips])


def emotion_folds(
    clips: Sequence[Clip], labels: tuple[str, ...], count: int
) -> tuple[Int[Array, "N"], Int[Array, "N"]]:
    """Return the fold and the index of the emotion of each clip; see `folds`.

    Raises:
        BhavaError: If an emotion is in one fold alone, so that none of it can be seen anew.
    """
    fold = folds(clips, count)
    index = np.array([labels.index(clip.labels["emotion"]) for clip in clips])
    for number, label in enumerate(labels):
        if len(set(fold[index == number])) < 2:
            raise BhavaError(
                f"emotion {label}: expected clips of two groups or more, to classify some unseen, "
                f"got {np.sum(index == number)} clips of one"
            )
    return fold, index


def train_ensemble(
    clips: Sequence[Clip],
    labels: tuple[str, ...],
    *,
    cache: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ClassifierEnsemble:
    """Train classifiers on real clips, or read those that were trained on the same before.

    Args:
        clips: Each of an emotion of `labels`, named uniquely, at least 1 s long.
        labels: Emotions.
        cache: Folder for trained classifiers.
        progress: Told what is being done.

    Raises:
        BhavaError: If the clips are too few for two folds.
    """
    fold, index = emotion_folds(clips, labels, FOLDS)
    file = cache and cache / f"{_key(clips, labels)}.pt"
    fold_of = {clip.name: int(f) for clip, f in zip(clips, fold, strict=True)}
    if file and file.exists():
        return ClassifierEnsemble(labels, _load(file, len(labels)), fold_of)
    datasets = np.array([clip.labels.get("dataset", "") for clip in clips])
    frames = [inputs(clip) for clip in clips]
    networks = []
    for number in range(fold.max() + 1):
        progress(f"training the classifier, fold {number + 1} of {fold.max() + 1}")
        learnt = np.flatnonzero(fold != number)
        examples = _TrainingSet.from_clips(
            [frames[i] for i in learnt], index[learnt], datasets[learnt]
        )
        networks.append(_train(examples, seed=number))
    ensemble = ClassifierEnsemble(labels, tuple(networks), fold_of)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.save([network.state_dict() for network in networks], file)
    return ensemble


@dataclass(frozen=True, eq=False)
class _TrainingSet:
    """Inputs of the clips that one network learns from, end to end.

    A clip that is too short is played to and fro.

    Attributes:
        frames: (T, F).
        starts: First frame of each clip, (N,).
        lengths: Frames of each clip before it was played to and fro, (N,).
        pools: Clips by emotion and data set: an emotion that is in one data set alone must not be
            known by the habits of that.
    """

    frames: Float[Array, "T F"]
    starts: Int[Array, "N"]
    lengths: Int[Array, "N"]
    pools: list[list[Int[Array, "M"]]]

    @staticmethod
    def from_clips(frames: list[Array], labels: Array, datasets: Array) -> "_TrainingSet":
        least = int(np.ceil(WINDOW_SECONDS * FPS * np.exp(TEMPO))) + 2
        padded = [
            np.pad(one, ((0, max(least - len(one), 0)), (0, 0)), mode="reflect") for one in frames
        ]
        pools = [
            [np.flatnonzero(mine & (datasets == name)) for name in np.unique(datasets[mine])]
            for mine in (labels == label for label in range(labels.max() + 1))
        ]
        ends = np.cumsum([len(one) for one in padded])
        starts = np.concatenate([[0], ends[:-1]])
        return _TrainingSet(
            np.concatenate(padded), starts, np.array([len(one) for one in frames]), pools
        )

    def statistics(self) -> tuple[Array, Array]:
        """Return mean and spread of the inputs, every emotion counting alike."""
        together = [self._all_of(np.concatenate(pools)) for pools in self.pools]
        mean = np.mean([one.mean(0) for one in together], axis=0)
        spread = np.sqrt(np.mean([np.square(one - mean).mean(0) for one in together], axis=0))
        return mean.astype(np.float32), (spread + 0.02).astype(np.float32)

    def batch(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Draw excerpts of one length: emotions, then data sets, then clips, each alike often.

        Each is at another tempo and size, and mirrored or not.
        """
        shortest, longest = round(SHORTEST_SECONDS * FPS), round(WINDOW_SECONDS * FPS)
        length = int(rng.integers(shortest, longest + 1))
        labels = rng.integers(0, len(self.pools), BATCH)
        pools = [self.pools[label][rng.integers(len(self.pools[label]))] for label in labels]
        clips = np.array([rng.choice(pool) for pool in pools])
        # Slightly another tempo or size, or a mirror, leaves an emotion as it is.
        tempo = np.exp(rng.uniform(-TEMPO, TEMPO, (BATCH, 1)))
        room = np.maximum(self.lengths[clips] - np.ceil(length * tempo[:, 0]) - 1, 0)
        first = self.starts[clips] + (rng.random(BATCH) * (room + 1)).astype(int)
        at = np.arange(length) * tempo
        before = at.astype(int)
        part, before = (at - before)[..., None], first[:, None] + before
        frames = self.frames[before] * (1 - part) + self.frames[before + 1] * part
        size = np.exp(rng.normal(0, SIZE, (BATCH, 1, 1)))
        frames[..., : 3 * JOINTS] *= size
        frames[..., 3 * JOINTS :] *= tempo[..., None] * np.concatenate([size, size, size**0], -1)
        flip = rng.random(BATCH) < 0.5
        frames[flip] = mirrored(frames[flip])
        return torch.from_numpy(frames.astype(np.float32)), torch.from_numpy(labels)

    def _all_of(self, clips: Array) -> Array:
        return np.concatenate(
            [self.frames[self.starts[i] : self.starts[i] + self.lengths[i]] for i in clips]
        )


def mirrored(frames: Float[Array, "*batch F"]) -> Float[Array, "*batch F"]:
    """Return inputs as seen in a mirror."""
    positions = frames[..., : 3 * JOINTS].reshape(*frames.shape[:-1], JOINTS, 3)
    flipped = positions[..., CANONICAL.mirror, :] * [-1.0, 1.0, 1.0]
    motion = frames[..., 3 * JOINTS :] * [-1.0, 1.0, -1.0]
    return np.concatenate([flipped.reshape(*frames.shape[:-1], -1), motion], axis=-1)


def _train(examples: _TrainingSet, seed: int) -> Classifier:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Classifier(len(examples.pools))
    network.mean[:], network.scale[:] = (torch.from_numpy(a) for a in examples.statistics())
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=STEPS)
    for _ in range(STEPS):
        frames, labels = examples.batch(rng)
        logits = network.logits(network.embed(frames))
        loss = functional.cross_entropy(logits, labels, label_smoothing=LABEL_SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def _windows(clip: Clip) -> Float[Array, "W T F"]:
    frames = inputs(mended(clip)[0])
    return np.stack([frames[window] for window in windows(clip)])


def _order(clip: Clip) -> tuple[str, str]:
    return _hash(clip.labels.get("content", "")), _hash(group_of(clip))


def _key(clips: Sequence[Clip], labels: tuple[str, ...]) -> str:
    """Return a name for all that trained networks depend on: revision, labels and the motion."""
    digest = hashlib.sha256(f"{REVISION}".encode())
    digest.update(repr(labels).encode())
    for clip in clips:
        digest.update(repr((clip.name, clip.fps, sorted(clip.labels.items()))).encode())
        digest.update(np.ascontiguousarray(clip.hips).tobytes())
        digest.update(np.ascontiguousarray(clip.rotations).tobytes())
    return digest.hexdigest()[:16]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _load(file: Path, labels: int) -> tuple[Classifier, ...]:
    try:
        states = torch.load(file, weights_only=True)
        networks = tuple(Classifier(labels) for _ in states)
        for network, state in zip(networks, states, strict=True):
            network.load_state_dict(state)
    except Exception as error:  # torch raises half a dozen kinds here
        raise BhavaError(f"{file}: expected trained classifiers, got {error}: delete it") from error
    return tuple(network.eval() for network in networks)
