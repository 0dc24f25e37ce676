"""The channels that tell lamps the show; no socket and no clock.

Their table and that of `server/links/dmx_control.py` make the fixture file and the tables of
`docs/links.md`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from motion.emotion import ENERGY_RANGE, MAX_INTENSITY
from motion.emotion_colours import accents
from motion.kinematics import world_positions
from motion.skeleton import CANONICAL
from server.links.patch import StageView
from server.wire.messages import Beat
from server.wire.protocol import PARTNER, Figure, FrameMessage

Array = np.ndarray

SLOTS = 512
"""Slots of a universe."""

EMOTIONS = 8
"""Emotions that have channels: the first of the model's labels."""

FASTEST = 3.0
"""Mean speed of the joints that fills its channel, m/s."""

TALLEST = 2.0
"""Height of the hips that fills its channel, metres."""

FARTHEST = 10.0
"""Distance from the middle that fills a channel of the place, metres: the largest stage radius."""

Group = Literal["Intensity", "Intensity", "Speed", "Effect", "Pan", "Tilt"]


class Moment(NamedTuple):
    """One frame of a stage as lamps may show it.

    Attributes:
        colour: Colour of the emotion: red, green and blue in linear light, the brightest at 1.
        weights: Weights of the first `EMOTIONS` labels, in [0, 1.5].
        energy: In [0.5, 2].
        speed: Mean speed of the partner's joints, m/s.
        hips: Place of the partner's hips, metres.
        beat: 1 on the beat, falling to 0 at the next; 0 without a beat.
        feet: Whether the left and the right foot of the partner are on the floor.
        performer: Whether a performer is seen.
    """

    colour: Float[Array, "3"]
    weights: Float[Array, "8"]
    energy: float
    speed: float
    hips: Float[Array, "3"]
    beat: float
    feet: tuple[bool, bool]
    performer: bool


@dataclass(frozen=True)
class Channel:
    """One value for lamps.

    Attributes:
        name: For desks.
        meaning: For people.
        group: Kind of the value.
        read: Returns it, from 0 to 1 where it is in range.
        place: Whether it says where the partner is: then it has two slots, and stays in the dark,
            so that moving lamps do not swing.
    """

    name: str
    meaning: str
    group: Group
    read: Callable[[Moment], float]
    place: bool = False


def _emotion(index: int) -> Channel:
    number = index + 1
    meaning = f"weight of the model's emotion {number}, 0 to {MAX_INTENSITY:g}"
    return Channel(
        f"Emotion {number}", meaning, "Effect", lambda now: now.weights[index] / MAX_INTENSITY
    )


SHOW_CHANNELS = (
    Channel(
        "Dimmer",
        f"energy, 0 to {ENERGY_RANGE[1]:g}",
        "Intensity",
        lambda now: now.energy / ENERGY_RANGE[1],
    ),
    Channel("Red", "colour of the emotion, at full", "Intensity", lambda now: now.colour[0]),
    Channel("Green", "colour of the emotion, at full", "Intensity", lambda now: now.colour[1]),
    Channel("Blue", "colour of the emotion, at full", "Intensity", lambda now: now.colour[2]),
    *(_emotion(index) for index in range(EMOTIONS)),
    Channel(
        "Speed",
        f"mean speed of the partner's joints, 0 to {FASTEST:g} m/s",
        "Speed",
        lambda now: now.speed / FASTEST,
    ),
    Channel(
        "Height",
        f"height of the partner's hips, 0 to {TALLEST:g} m",
        "Effect",
        lambda now: now.hips[1] / TALLEST,
    ),
    Channel("Beat", "full on the beat, falling to 0 at the next", "Effect", lambda now: now.beat),
    Channel("Left foot", "full while it is on the floor", "Effect", lambda now: now.feet[0]),
    Channel("Right foot", "full while it is on the floor", "Effect", lambda now: now.feet[1]),
    Channel("Performer", "full while a performer is seen", "Effect", lambda now: now.performer),
    Channel(
        "Side",
        f"place of the partner, from {FARTHEST:g} m to its right to {FARTHEST:g} m to its left",
        "Pan",
        lambda now: 0.5 + now.hips[0] / (2 * FARTHEST),
        place=True,
    ),
    Channel(
        "Depth",
        f"place of the partner, from {FARTHEST:g} m behind to {FARTHEST:g} m before the middle",
        "Tilt",
        lambda now: 0.5 + now.hips[2] / (2 * FARTHEST),
        place=True,
    ),
)
"""What the show tells lamps, in the order of the slots."""

SHOW_SLOTS = sum(1 + channel.place for channel in SHOW_CHANNELS)


def encode_moment(moment: Moment, dark: bool) -> bytes:
    """Return the slots of `SHOW_CHANNELS`.

    Args:
        moment: What is shown.
        dark: Whether the stage is dark: then every channel but the place is 0.
    """
    slots = bytearray()
    for channel in SHOW_CHANNELS:
        share = min(max(float(channel.read(moment)), 0.0), 1.0)
        if channel.place:
            slots += round(share * 65535).to_bytes(2, "big")
        else:
            slots.append(0 if dark else round(share * 255))
    return bytes(slots)


class Observer:
    """Reads moments off the frames of a stage, and remembers how the partner stood."""

    def __init__(self, figure: int) -> None:
        """Begin before the first frame.

        Args:
            figure: Number of the partner, from 1.
        """
        self._figure = figure
        self._labels: tuple[str, ...] = ()
        self._colours = accents(())
        self._before: tuple[float, Float[Array, "J 3"]] | None = None

    def read(self, stage: StageView, frame: FrameMessage) -> Moment:
        """Return a frame as lamps may show it; where the partner is absent, it has no place."""
        if self._labels != stage.labels:
            self._labels, self._colours = stage.labels, accents(stage.labels)
        partner = next(
            (
                figure
                for figure in frame.figures
                if figure.kind == PARTNER and figure.id == self._figure - 1
            ),
            None,
        )
        weights = np.zeros(EMOTIONS)
        weights[: len(frame.emotion)] = frame.emotion[:EMOTIONS]
        return Moment(
            colour=_full(frame.emotion @ self._colours),
            weights=weights,
            energy=stage.controls.energy,
            speed=self._speed(partner, frame.time),
            hips=np.zeros(3) if partner is None else partner.pose.hips,
            beat=beat_pulse(stage.controls.beat, frame.time),
            feet=_feet(partner),
            performer=frame.performer_present,
        )

    def _speed(self, partner: Figure | None, time: float) -> float:
        if partner is None:
            self._before = None
            return 0.0
        joints = world_positions(CANONICAL, partner.pose.hips, partner.pose.rotations)
        before, self._before = self._before, (time, joints)
        if before is None or time <= before[0]:
            return 0.0
        moved = np.linalg.norm(joints - before[1], axis=1).mean()
        return float(moved) / (time - before[0])


def beat_pulse(beat: Beat | None, time: float) -> float:
    """Return 1 on the beat, falling evenly to 0 at the next; 0 without a beat.

    Args:
        beat: The beat.
        time: The server's clock, seconds.
    """
    return 0.0 if beat is None else 1.0 - (time - beat.at) * beat.bpm / 60 % 1.0


def _full(colour: Float[Array, "3"]) -> Float[Array, "3"]:
    """Return a colour as bright as lamps can show it: the dimmer says how bright it is."""
    brightest = colour.max(initial=0.0)
    return colour / brightest if brightest > 0 else np.ones(3)


def _feet(partner: Figure | None) -> tuple[bool, bool]:
    if partner is None:
        return False, False
    return bool(partner.contacts[:2].any()), bool(partner.contacts[2:].any())


def at_start(slots: Sequence[int], start: int) -> bytes:
    """Return a universe up to the last of some slots.

    Args:
        slots: Values in [0, 255].
        start: Where the first of them lies, from 1.
    """
    return bytes(start - 1) + bytes(slots)
