"""How each emotion is danced: Laban's effort and the posture it goes with, as one table.

Every emotion dances the same repertoire on the same beats; what differs is how, and how often it
picks which figure. The four motion factors lie in [0, 1]: *weight* from light to strong, *time*
from sustained to sudden, *space* from indirect to direct, *flow* from bound to free. Which pole an
emotion takes follows the literature: happiness is light, free, rising and rhythmic; sadness passive
in weight, sunken, head down; fear bound, retreating and condensed; anger strong, sudden, direct and
advancing; pride expands and rises with the chest open. Tiredness is sadness without its binding:
weight given in to. Angles of chest and head, elbows, heights of the hands and the order of speeds
are set to what acted motion capture of the same emotions shows.

References:
    R. Laban and F. C. Lawrence, "Effort", 1947. T. Shafir, R. P. Tsachor and K. B. Welch, "Emotion
    regulation through movement", Frontiers in Psychology 6, 2016. A. Melzer, T. Shafir and
    R. P. Tsachor, "How do we recognize emotion from movement?", Frontiers in Psychology 10, 2019.
    S. J. Burton, A.-A. Samadani, R. Gorbet and D. Kulić, "Laban movement analysis and affective
    movement generation for robots and other near-living creatures", 2016.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from jaxtyping import Float

Array = np.ndarray


@dataclass(frozen=True)
class Effort:
    """How one emotion is danced; or a blend, whose values are arrays over time.

    Attributes:
        weight: 0 light, 1 strong: how hard steps and accents land.
        time: 0 sustained, 1 sudden: how much of a beat a movement takes.
        space: 0 indirect, 1 direct: how little the limbs wander on their way.
        flow: 0 bound, 1 free: how late the outer joints follow the inner ones.
        arm_forward: Where an arm rests: degrees from the side (0) to the front (90).
        arm_height: Degrees above the horizontal.
        arm_swivel: Elbow, degrees: -90 below the line from shoulder to hand, 0 behind or outside
            it, 90 above it.
        arm_reach: From shoulder to hand, as a share of the arm's length.
        arm_ceiling: How high it goes at most, degrees above the horizontal.
        arm_lead: How far arm figures lead away from there on the whole, as a share.
        arm_size: How far they go to and fro; 1 as they are written.
        chest_pitch: Bend of spine and chest, degrees; positive is forward and closed.
        head_pitch: Pitch of the head in the world, degrees; positive looks down.
        shoulders: Their height, degrees; positive is raised.
        torso_size: Size of torso figures and of the sway from foot to foot.
        step_size: Size of steps.
        step_lift: How high feet go.
        stance: Width between the feet; 1 is hip width.
        crouch: How much the hips are lowered, metres.
        depth: Size of dips.
        bounce: Height of the bounce on every beat, metres.
        travel: How far phrases travel, metres.
        retreat: Where the dancer keeps to, metres behind the middle of the stage.
        aside: How far the body turns away from the audience, degrees.
        asymmetry: Share of phrases in which one arm keeps quiet.
        stillness: Share of arm movements that are left out.
        slow: Share of arm phrases at half speed.
        quick: Share of arm phrases at double speed.
        tempo: Beats per minute that suit it.
        tempo_range: Half the width of the range about it.
    """

    weight: Any
    time: Any
    space: Any
    flow: Any
    arm_forward: Any
    arm_height: Any
    arm_swivel: Any
    arm_reach: Any
    arm_ceiling: Any
    arm_lead: Any
    arm_size: Any
    chest_pitch: Any
    head_pitch: Any
    shoulders: Any
    torso_size: Any
    step_size: Any
    step_lift: Any
    stance: Any
    crouch: Any
    depth: Any
    bounce: Any
    travel: Any
    retreat: Any
    aside: Any
    asymmetry: Any
    stillness: Any
    slow: Any
    quick: Any
    tempo: Any
    tempo_range: Any


# fmt: off
_TABLE: dict[str, tuple[float, ...]] = {
    #                neutral  happy     sad   angry   proud  afraid   tired  excited
    "weight":      (  0.40,   0.30,   0.15,   1.00,   0.70,   0.25,   0.05,   0.45),
    "time":        (  0.50,   0.60,   0.45,   0.55,   0.25,   0.40,   0.35,   0.62),
    "space":       (  0.60,   0.35,   0.25,   1.00,   0.90,   0.20,   0.15,   0.45),
    "flow":        (  0.50,   0.85,   0.45,   0.15,   0.40,   0.05,   0.90,   0.70),
    "arm_forward": (  30.0,   25.0,   40.0,   65.0,    5.0,   95.0,   25.0,   35.0),
    "arm_height":  ( -60.0,  -38.0,  -74.0,  -45.0,  -48.0,  -32.0,  -77.0,  -25.0),
    "arm_swivel":  ( -20.0,  -40.0,   0.00,  -35.0,    5.0,  -55.0,   -5.0,  -55.0),
    "arm_reach":   (  0.82,   0.78,   0.94,   0.62,   0.92,   0.48,   0.96,   0.75),
    "arm_ceiling": (  80.0,   82.0,   15.0,   75.0,   82.0,   50.0,   10.0,   82.0),
    "arm_lead":    (  0.75,   0.90,   0.35,   0.80,   0.90,   0.65,   0.30,   0.95),
    "arm_size":    (  1.35,   1.5,   1.6,   2.2,   1.6,   1.9,   1.7,  1.55),
    "chest_pitch": (   0.0,  -3.0,  30.0,  13.0, -12.0,  27.0,  19.0,  -1.0),
    "head_pitch":  (   5.0,   -8.0,   48.0,   15.0,  -14.0,   34.0,   34.0,   -2.0),
    "shoulders":   (   0.0,    2.0,    0.0,    7.0,   -2.0,   14.0,   -5.0,    3.0),
    "torso_size":  (   1.8,   2.1,   2.1,   2.7,   1.8,   2.3,   2.3,   2.2),
    "step_size":   (  1.25,   1.30,   1.15,   1.40,   1.35,   0.95,   1.05,   1.30),
    "step_lift":   (  1.00,   1.25,   0.60,   1.10,   1.00,   0.70,   0.50,   1.50),
    "stance":      (  1.00,   1.05,   0.75,   1.50,   1.25,   0.70,   0.95,   1.10),
    "crouch":      (  0.01,   0.0,  0.07,  0.04, -0.01,  0.06,  0.05, 0.005),
    "depth":       (   1.5,   1.5,   1.5,   1.6,   0.9,   1.8,   1.4,   1.5),
    "bounce":      ( 0.014,  0.026,  0.003,  0.022,  0.007,  0.007,  0.006,  0.032),
    "travel":      (  0.35,   0.55,   0.25,   0.60,   0.55,   0.35,   0.20,   0.55),
    "retreat":     (  0.00,  -0.10,   0.20,  -0.30,  -0.30,   0.60,   0.10,  -0.10),
    "aside":       (  35.0,  45.0,  40.0,  40.0,  35.0,  50.0,  30.0,  50.0),
    "asymmetry":   (  0.50,   0.35,   0.50,   0.20,   0.45,   0.30,   0.50,   0.25),
    "stillness":   (  0.05,   0.00,   0.05,   0.00,   0.08,   0.08,   0.06,   0.00),
    "slow":        (  0.02,   0.00,   0.00,   0.00,   0.10,   0.02,   0.00,   0.00),
    "quick":       (   0.3,   0.4,   0.1,   0.7,  0.15,   0.6,  0.05,  0.55),
    "tempo":       ( 114.0, 125.0, 106.0, 132.0, 108.0, 122.0, 104.0, 133.0),
    "tempo_range": (  14.0,   14.0,   14.0,   12.0,   14.0,   14.0,   14.0,    9.0),
}
# fmt: on

EMOTIONS = ("neutral", "happy", "sad", "angry", "proud", "afraid", "tired", "excited")
"""Emotions that can be danced, in the table's order."""

Liking = tuple[float, float, float, float, float, float, float, float]
"""How often each of `EMOTIONS` picks a figure, as a share."""

EVENLY: Liking = (1, 1, 1, 1, 1, 1, 1, 1)

_COLUMNS = np.array([_TABLE[field.name] for field in fields(Effort)])  # (fields, emotions)


def blend(weights: Float[Array, "*batch 8"]) -> Effort:
    """Return the effort of a mixture of emotions.

    Args:
        weights: Weights of `EMOTIONS`, not negative; what their sum lacks to 1 is neutral.
    """
    missing = np.maximum(1.0 - weights.sum(axis=-1, keepdims=True), 0.0)
    weights = weights + missing * (np.arange(len(EMOTIONS)) == EMOTIONS.index("neutral"))
    mixed = (weights / weights.sum(axis=-1, keepdims=True)) @ _COLUMNS.T
    return Effort(*np.moveaxis(mixed, -1, 0))


def weights_of(emotion: Mapping[str, float]) -> Float[Array, "8"]:
    """Return weights of `EMOTIONS` by name; unknown names are left out."""
    return np.array([emotion.get(name, 0.0) for name in EMOTIONS])


def tempo_range(emotion: str) -> tuple[float, float]:
    """Return the slowest and the fastest tempo that suit an emotion, beats per minute."""
    of = blend(weights_of({emotion: 1.0}))
    return float(of.tempo - of.tempo_range), float(of.tempo + of.tempo_range)


def arm_rest(effort: Effort) -> Float[Array, "*batch 4"]:
    """Return where an arm rests, as a key of arm figures."""
    parts = (effort.arm_forward, effort.arm_height, effort.arm_swivel, 100.0 * effort.arm_reach)
    return np.stack(parts, axis=-1)
