"""How well generated motion shows its prompt: retrieval precision over held-out pairs.

A ridge regression over the training clips guesses a sentence embedding from the statistics of a
motion. For each prompt the texts of all held-out clips are ranked by their cosine to that
guess: R@k is how often the prompt's own is among the first k. Beside the model stand chance, the
held-out clips themselves, and the clip whose text is nearest to the prompt, which is no model at
all. Prompts are the held-out clips' own texts, which other clips taught, and the same things said
in words that nobody taught.

References:
    C. Guo et al., "Generating Diverse and Natural 3D Human Motions from Text", CVPR 2022
    (R-precision).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from motion import features
from motion.clip import Clip, Pose
from motion.model.engine import Engine
from motion.model.text import TextEncoder, encoder, tokens_of
from motion.partner.partner_batch import PartnerBatch
from training.corpus.texts import texts_of
from training.corpus.trimming import active
from training.evaluation.scores import Estimate, drawn

Array = np.ndarray
Tick = Callable[[int], None]

RIDGE = 100.0
FARTHEST = 6.0
"""Standard deviations beyond which a statistic says nothing more."""

SEEDS = (1, 2, 3)
SETTLE_SECONDS = 2.0
SHOWN_SECONDS = 5.0
LEVELS = (1, 3)

IN_OTHER_WORDS = {
    "walk": ("stroll around", "somebody is taking a stroll"),
    "run": ("jog", "she jogs along"),
    "dash": ("he sprints", "a fast sprint"),
    "raise both hands": ("lift both arms", "arms up, both of them"),
    "raise the left hand": ("lift the left arm up", "left arm up"),
    "raise the right hand": ("lift the right arm up", "right arm up"),
    "wave both hands": ("shaking both hands in the air", "waving with two hands"),
    "wave the left hand": ("waving, left hand", "a left-handed wave"),
    "wave the right hand": ("waving, right hand", "a right-handed wave"),
    "walk and turn left": ("walking in a curve to the left", "strolls, turning left"),
    "walk and turn right": ("walking in a curve to the right", "strolls, turning right"),
    "walk to the left": ("sidestepping left", "going leftwards sideways"),
    "walk to the right": ("sidestepping right", "going rightwards sideways"),
    "wave goodbye": ("farewell", "waving farewell"),
    "show the way": ("pointing the direction", "a guide pointing somewhere"),
    "bow": ("bowing politely", "she bends down in greeting"),
}
"""Prompts in words that are in no text of a corpus, by the text that means the same."""


@dataclass(frozen=True, eq=False)
class Precision:
    """R@1 and R@3 of what answers prompts, and how many texts there are to choose from."""

    name: str
    at_ranks: tuple[Estimate, ...]
    texts: int


@dataclass(frozen=True, eq=False)
class TextRegression:
    """Guesses sentence embeddings from motion.

    Attributes:
        mean: Mean of the statistics of clips, (K,).
        scale: Their standard deviations, (K,).
        weights: From statistics to embeddings, (K, W).
        usual: Mean embedding of texts, (W,).
        encode: The encoder of texts.
    """

    mean: Float[Array, "K"]
    scale: Float[Array, "K"]
    weights: Float[Array, "K W"]
    usual: Float[Array, "W"]
    encode: TextEncoder

    @staticmethod
    def fit(clips: Sequence[Clip], encode: TextEncoder) -> "TextRegression":
        """Fit to clips that have texts; frequent texts count less than in proportion."""
        statistics = np.stack([statistics_of(active(clip)) for clip in clips])
        mean, scale = statistics.mean(0), statistics.std(0) + 1e-3
        known = np.clip((statistics - mean) / scale, -FARTHEST, FARTHEST)
        texts = [texts_of(clip.labels) for clip in clips]
        embedded = np.stack([_embedded(each, encode) for each in texts])
        common = Counter(each[0] for each in texts)
        weight = np.array([common[each[0]] ** -0.5 for each in texts])[:, None]
        usual = embedded.mean(0)
        gram = (known * weight).T @ known + RIDGE * weight.mean() * np.eye(len(mean))
        weights = np.linalg.solve(gram, (known * weight).T @ (embedded - usual))
        return TextRegression(mean, scale, weights, usual, encode)

    def ranks(
        self, motions: Sequence[Clip], own: Sequence[int], texts: Sequence[Sequence[str]]
    ) -> Int[Array, "N"]:
        """Return how many texts fit each motion better than its own.

        Args:
            motions: Without idle heads and tails.
            own: Index of the text of each.
            texts: The wordings of each text.
        """
        statistics = np.stack([statistics_of(motion) for motion in motions])
        known = np.clip((statistics - self.mean) / self.scale, -FARTHEST, FARTHEST)
        guessed = _units(known @ self.weights)
        embedded = _units(np.stack([_embedded(each, self.encode) for each in texts]) - self.usual)
        fit = guessed @ embedded.T
        ranks: Array = (fit > fit[np.arange(len(own)), own][:, None]).sum(1)
        return ranks


def statistics_of(clip: Clip) -> Float[Array, "K"]:
    """Return what a motion is like on the whole, wherever it happens."""
    frames = features.from_clip(clip)
    speed = np.diff(frames, axis=0) * clip.fps
    spread = np.percentile(frames, [10, 90], axis=0).ravel()
    parts = frames.mean(0), frames.std(0), np.abs(speed).mean(0), np.sqrt(speed.std(0)), spread
    return np.concatenate(parts)


def retrieve(
    engine: Engine, clips: Sequence[Clip], held_out: Sequence[Clip], tick: Tick
) -> list[Precision]:
    """Measure a model that takes text.

    Args:
        engine: The model.
        clips: That models learn from.
        held_out: That none has learnt from; those without text are left out.
        tick: Told of the frames danced.
    """
    encode = encoder(engine.contract.text_encoder)
    taught, pairs = ([c for c in group if texts_of(c.labels)] for group in (clips, held_out))
    regression = TextRegression.fit(taught, encode)
    wordings = {texts_of(clip.labels)[0]: texts_of(clip.labels) for clip in pairs}
    texts = list(wordings)
    own = [texts.index(texts_of(clip.labels)[0]) for clip in pairs]
    real = regression.ranks([active(clip) for clip in pairs], own, list(wordings.values()))
    found = [_chance(len(texts)), _precision("held-out clips", real, len(texts))]
    for name, taught_words in (("own words", True), ("other words", False)):
        prompts = [(p, text) for p, text in prompts_of(pairs) if (p == text) == taught_words]
        if not prompts:
            continue
        asked, meant = [p for p, _ in prompts], [texts.index(text) for _, text in prompts]
        near = [active(nearest(prompt, taught, encode)) for prompt in asked]
        danced = dances(engine, asked, tick)
        for what, motions in (("nearest text", near), (engine.contract.name, danced)):
            answered = meant * (len(motions) // len(meant))
            ranks = regression.ranks(motions, answered, list(wordings.values()))
            found.append(_precision(f"{what}, {name}", ranks, len(texts)))
    return found


def nearest(prompt: str, clips: Sequence[Clip], encode: TextEncoder) -> Clip:
    """Return the first of the clips with the text that is nearest to a prompt."""
    sentence = encode.encode(prompt)[0]
    best = {text: clip for clip in reversed(clips) for text in texts_of(clip.labels)}
    return best[max(best, key=lambda text: float(encode.encode(text)[0] @ sentence))]


def danced_frames(engine: Engine, held_out: Sequence[Clip]) -> int:
    """Return how many frames `retrieve` has a model dance."""
    seconds = SETTLE_SECONDS + SHOWN_SECONDS
    return len(prompts_of(held_out)) * len(SEEDS) * round(seconds * engine.contract.fps)


def prompts_of(held_out: Sequence[Clip]) -> list[tuple[str, str]]:
    """Return all prompts, each with the text that it means."""
    texts = dict.fromkeys(texts_of(clip.labels)[0] for clip in held_out if texts_of(clip.labels))
    return [(p, text) for text in texts for p in (text, *IN_OTHER_WORDS.get(text, ()))]


def dances(engine: Engine, prompts: Sequence[str], tick: Tick) -> list[Clip]:
    """Return what a model makes of prompts alone, from standing; all prompts for each seed."""
    contract = engine.contract
    seeds = [seed for seed in SEEDS for _ in prompts]
    partners = PartnerBatch(engine, seeds)
    partners.text[:] = np.stack([tokens_of(prompt, contract) for prompt in prompts] * len(SEEDS))
    emotion = np.zeros((len(seeds), len(contract.emotions)), np.float32)
    poses: list[list[Pose]] = [[] for _ in seeds]
    skipped = round(SETTLE_SECONDS * contract.fps)
    for frame in range(skipped + round(SHOWN_SECONDS * contract.fps)):
        shown = partners.advance(emotion, np.ones(len(seeds)))
        tick(len(seeds))
        if frame >= skipped:
            for slot, mine in enumerate(poses):
                mine.append(Pose(shown.hips[slot], shown.rotations[slot]))
    return [Clip.from_poses(mine, contract.fps) for mine in poses]


def _chance(texts: int) -> Precision:
    nan = float("nan")
    return Precision("chance", tuple(Estimate(k / texts, nan, nan) for k in LEVELS), texts)


def _precision(name: str, ranks: Int[Array, "N"], texts: int) -> Precision:
    return Precision(name, tuple(drawn((ranks < k).tolist(), np.mean) for k in LEVELS), texts)


def _embedded(texts: Sequence[str], encode: TextEncoder) -> Float[Array, "W"]:
    mean: Array = np.mean([encode.encode(text)[0] for text in texts], axis=0)
    return mean


def _units(rows: Float[Array, "N W"]) -> Float[Array, "N W"]:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
