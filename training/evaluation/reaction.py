"""How a model responds to another dancer, beside a partner that ignores them.

*Foresight*: how far the likeliest next frames are from the real ones of a held-out duet, where the
model sees the dancer who was really there, one of another duet, or nobody. *Coupling*: how alike
partner and dancer move in free rollouts, at the delay and in the relation where they are most
alike; a partner that ignores the dancer has some by chance, and real pairs have the most.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from jaxtyping import Float

from motion import features, kinematics, rotations
from motion.clip import Clip
from motion.errors import BhavaError
from motion.model import observed_dancer
from motion.model.engine import Conditions, Engine, Noise
from motion.partner.lead import KnownMotion, Lead
from motion.partner.partner_batch import PartnerBatch
from motion.skeleton import CANONICAL
from training.corpus.corpus import FPS
from training.corpus.duets import choreographed_duets, others_of
from training.evaluation.scores import Estimate, drawn
from training.fit.dataset import seen_by_tokens

Array = np.ndarray

SEED = 1_000_003
"""Random seed of the choreographer's held-out duets: no recipe has it."""

MINUTES = 6.0
SECONDS = 28.0
SHORTEST = 10.0
"""Seconds of a real duet that is worth measuring."""

CONTEXT_SECONDS = 4.0
LONGEST_DELAY = 3.0
"""Seconds; the longest canon of the choreographer takes as much."""

SIDES = ("left", "right")
MOVING = CANONICAL.indices("head", *(s + p for s in SIDES for p in ("LowerArm", "Hand", "Foot")))
COUNTERPARTS = [MOVING.index(CANONICAL.mirror[joint]) for joint in MOVING]
FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Duet:
    """Two clips that were danced together, of equal length.

    `kind` groups them in a report; all of one kind are of one length.
    """

    kind: str
    own: Clip
    other: Clip


@dataclass(frozen=True)
class Coupling:
    """How alike two dancers move.

    Attributes:
        speed: Correlation of the joints' speeds, at the delay where it is highest.
        coherence: Coherence of the joints' velocities: 1 if they move the same, the opposite or a
            mirrored way throughout, 0 if they know nothing of one another; likewise.
        delay: Seconds after which the velocities are most alike.
    """

    speed: float
    coherence: float
    delay: float


@dataclass(frozen=True, eq=False)
class Result:
    """What was measured of a model.

    Attributes:
        name: Name of the model.
        foresight: Error of the frames after a token, cm, by kind of duet and who is seen.
        coupling: By kind of duet, who dances, and measure.
    """

    name: str
    foresight: Mapping[str, Mapping[str, Estimate]]
    coupling: Mapping[str, Mapping[str, Mapping[str, Estimate]]]


def held_out_duets(clips: Sequence[Clip]) -> list[Duet]:
    """Return the choreographer's held-out duets, and all pairs among clips, cut as `Duet` says.

    Args:
        clips: That no training has seen; those that were danced together are taken, in both
            orders.

    Raises:
        MotionFileError: If a piece among clips is no duet; see `others_of`.
    """
    pairs = _pairs(choreographed_duets(MINUTES, SEED)) + _pairs(clips)
    longest = {
        kind: min(round(SECONDS * FPS), *(len(own) for other, own, _ in pairs if other == kind))
        for kind, _, _ in pairs
    }
    return [Duet(kind, own[: longest[kind]], other[: longest[kind]]) for kind, own, other in pairs]


def _pairs(clips: Sequence[Clip]) -> list[tuple[str, Clip, Clip]]:
    """Return the kind of each duet, who dances in it, and beside whom."""
    others = others_of(clips)
    return [
        (clip.labels.get("relation", clip.labels["dataset"]), clip, dancer)
        for clip in clips
        for dancer in others.get(clip.name, ())
        if clip.seconds >= SHORTEST
    ]


def measure(engine: Engine, duets: Sequence[Duet]) -> Result:
    """Measure a model.

    Raises:
        BhavaError: If the model observes no dancer.
    """
    if not engine.contract.other:
        raise BhavaError(
            f"{engine.contract.name}: expected a model that observes another dancer, got "
            f"{engine.contract.kind}, which does not"
        )
    found = [_measured(engine, same) for same in of_one_length(duets)]
    errors = {who: [e for each, _ in found for e in each[who]] for who in found[0][0]}
    coupled = {who: [c for _, each in found for c in each[who]] for who in found[0][1]}
    return Result(
        engine.contract.name,
        {kind: {who: _mean(errors[who], rows) for who in errors} for kind, rows in _rows(duets)},
        {
            kind: {
                who: {
                    name: _mean([asdict(one)[name] for one in found], rows)
                    for name in ("speed", "coherence", "delay")
                }
                for who, found in coupled.items()
            }
            for kind, rows in _rows(duets)
        },
    )


def of_one_length(duets: Sequence[Duet]) -> list[list[Duet]]:
    """Return neighbours of one length, which are measured as one batch."""
    return [list(same) for _, same in groupby(duets, key=lambda duet: len(duet.own))]


def _measured(
    engine: Engine, duets: Sequence[Duet]
) -> tuple[dict[str, list[float]], dict[str, list[Coupling]]]:
    """Return foresight by who is seen, and coupling by who dances, of duets of one length."""
    seen: dict[str, Sequence[Clip | None]] = {
        "true": [duet.other for duet in duets],
        "stranger": [duets[at - len(duets) // 2].other for at in range(len(duets))],
        "nobody": [None] * len(duets),
    }
    errors = {who: foresight(engine, duets, clips).tolist() for who, clips in seen.items()}
    danced = {
        "real": [duet.own[round(CONTEXT_SECONDS * FPS) :] for duet in duets],
        "reacting": roll_out_duets(engine, duets, seen["true"]),
        "seeing a stranger": roll_out_duets(engine, duets, seen["stranger"]),
        "ignoring": roll_out_duets(engine, duets, seen["nobody"]),
    }
    begin = round(CONTEXT_SECONDS * FPS)
    coupled = {
        who: [coupling(clip, duet.other[begin:]) for clip, duet in zip(clips, duets, strict=True)]
        for who, clips in danced.items()
    }
    return errors, coupled


def _rows(duets: Sequence[Duet]) -> list[tuple[str, list[int]]]:
    kinds = dict.fromkeys(duet.kind for duet in duets)
    found = {kind: [at for at, duet in enumerate(duets) if duet.kind == kind] for kind in kinds}
    return [*found.items(), ("all", list(range(len(duets))))]


def _mean(values: Sequence[float], rows: Sequence[int]) -> Estimate:
    return drawn([values[row] for row in rows], lambda some: float(np.mean(some)))


def foresight(
    engine: Engine, duets: Sequence[Duet], seen: Sequence[Clip | None]
) -> Float[Array, "N"]:
    """Return the mean error of the last frame of the likeliest next token, cm, for each duet.

    The model takes the real motion throughout and no emotion; its first four seconds do
    not count.

    Args:
        engine: The model.
        duets: Duets with the dancers that are foreseen.
        seen: The dancer that the model sees in each; None for nobody.
    """
    contract = engine.contract
    length = contract.frames_per_step
    own = np.stack([features.from_clip(duet.own) for duet in duets])
    steps = own.shape[1] // length
    observed = np.stack(
        [_observed(duet.own, clip, length, steps) for duet, clip in zip(duets, seen, strict=True)]
    )
    unknown = np.zeros((len(duets), len(contract.emotions) + 3), np.float32)
    noise = Noise.stack([Noise.zeros(contract)] * len(duets))
    states, errors = engine.initial_states(len(duets)), []
    for step in range(steps - 1):
        frames = own[:, step * length : (step + 1) * length]
        after = own[:, (step + 1) * length : (step + 2) * length]
        conditions = Conditions.from_rows(unknown, contract, observed[:, step])
        guess, states = engine.step(frames, conditions, states, noise)
        if step * length >= CONTEXT_SECONDS * FPS:
            apart = np.linalg.norm(_reached(guess) - _reached(after), axis=-1)
            errors.append(100 * apart.mean(-1))
    mean: Array = np.mean(errors, axis=0)
    return mean


def _observed(own: Clip, dancer: Clip | None, length: int, steps: int) -> Float[Array, "S K W"]:
    if dancer is None:
        return np.zeros((steps, length, observed_dancer.WIDTH), np.float32)
    frames, place = features.from_clip(dancer), features.roots(dancer)
    seen = observed_dancer.observe(frames, place, features.roots(own))
    return seen_by_tokens(seen, length * np.arange(steps), length)


def _reached(tokens: Float[Array, "N K F"]) -> Float[Array, "N J 3"]:
    """Return where joints are after a token, from the root before it."""
    root = np.zeros((len(tokens), 3))
    for frame in range(tokens.shape[1]):
        root = features.next_root(root, tokens[:, frame], FPS)
    return kinematics.world_positions(CANONICAL, *features.to_poses(tokens[:, -1], root))


def roll_out_duets(
    engine: Engine, duets: Sequence[Duet], seen: Sequence[Clip | None]
) -> list[Clip]:
    """Return what partners dance by themselves after each duet's first seconds.

    They are asked for no emotion, and nothing pulls them: what they do with whom they see is the
    model's.

    Args:
        engine: The model.
        duets: Duets with the dancers that they go on from.
        seen: The dancer that each sees; None for nobody.
    """
    begin, frames = round(CONTEXT_SECONDS * FPS), len(duets[0].own)
    partners = PartnerBatch(engine, [SEED + number for number in range(len(duets))])
    for slot, duet in enumerate(duets):
        partners.take_up(slot, duet.own[:begin])
    emotion = np.zeros((len(duets), len(engine.contract.emotions)))
    dancers = {
        slot: (features.from_clip(clip), features.roots(clip))
        for slot, clip in enumerate(seen)
        if clip is not None
    }
    length = engine.contract.frames_per_step
    danced = []
    for frame in range(begin, frames):
        now = slice(frame + 1 - length, frame + 1)
        leads = {
            slot: Lead(KnownMotion(moves[now], roots[frame]), 0.0, 0.0)
            for slot, (moves, roots) in dancers.items()
        }
        danced.append(partners.advance(emotion, np.ones(len(duets)), leads))
    hips = np.stack([frame.hips for frame in danced], axis=1)
    turned = np.stack([frame.rotations for frame in danced], axis=1)
    return [Clip(d.kind, FPS, h, r) for d, h, r in zip(duets, hips, turned, strict=True)]


def coupling(own: Clip, dancer: Clip) -> Coupling:
    """Return how alike a dancer and another move, who may be ahead of it."""
    mine, theirs = _velocities(own), _velocities(dancer)
    mirrored = theirs[:, COUNTERPARTS] * FLIP
    coherence = _by_delay(mine, theirs, _cosine), _by_delay(mine, mirrored, _cosine)
    most = np.abs(coherence).max(0)
    speeds = [np.linalg.norm(each, axis=-1) for each in (mine, theirs, mirrored)]
    speed = [_by_delay(speeds[0], each, _correlation).max() for each in speeds[1:]]
    return Coupling(float(max(speed)), float(np.max(most)), float(np.argmax(most) / FPS))


def _velocities(clip: Clip) -> Float[Array, "T J 3"]:
    """Return the velocities of `MOVING` joints against the hips in the facing frame, m/s."""
    positions = clip.world_positions()
    back = rotations.about_y(-kinematics.facing(positions))[:, None]
    placed = rotations.rotate(back, positions[:, MOVING] - clip.hips[:, None])
    velocity: Array = np.gradient(placed, 1 / clip.fps, axis=0)
    return velocity


def _by_delay(mine: Array, theirs: Array, alike: Callable[[Array, Array], float]) -> Array:
    delays = range(round(LONGEST_DELAY * FPS) + 1)
    return np.array([alike(mine[delay:], theirs[: len(theirs) - delay]) for delay in delays])


def _cosine(a: Array, b: Array) -> float:
    return float(np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2) + 1e-12))


def _correlation(a: Array, b: Array) -> float:
    """Return the correlation of speeds (T, J), in the mean over joints."""
    a, b = a - a.mean(0), b - b.mean(0)
    return float(np.mean((a * b).mean(0) / np.sqrt(a.var(0) * b.var(0) + 1e-12)))


def write_report(results: Sequence[Result], folder: Path) -> Path:
    """Write what was measured as JSON and Markdown into a folder; return the Markdown file."""
    folder.mkdir(parents=True, exist_ok=True)
    content = json.dumps([asdict(result) for result in results], indent=2, ensure_ascii=False)
    (folder / "reaction.json").write_text(content + "\n", encoding="utf-8")
    path = folder / "reaction.md"
    path.write_text("\n\n".join(map(_to_markdown, results)) + "\n", encoding="utf-8")
    return path


def _to_markdown(result: Result) -> str:
    foresight = [
        f"| {kind} | " + " | ".join(_interval(found[who]) for who in found) + " |"
        for kind, found in result.foresight.items()
    ]
    coupled = [
        f"| {kind} | {who} | " + " | ".join(map(_interval, found.values())) + " |"
        for kind, dancers in result.coupling.items()
        for who, found in dancers.items()
    ]
    return "\n".join(
        [
            f"# How {result.name} reacts to another dancer",
            "",
            "| duet | error, cm, seeing the true dancer | a stranger | nobody |",
            "|---|---|---|---|",
            *foresight,
            "",
            "| duet | who dances | speed correlation | velocity coherence | delay, s |",
            "|---|---|---|---|---|",
            *coupled,
        ]
    )


def _interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
