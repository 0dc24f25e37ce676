"""Markers as they are drawn: balls, and the lines between them that look like a body."""

import itertools
from collections.abc import Sequence

import numpy as np

from motion.draw.body import BODY, LEFT, RIGHT
from motion.draw.drawing import Drawing
from motion.markers.marker_files import CHOREOGRAPHY_LINES
from motion.markers.marker_fit import places_on_body, scaled, upright
from motion.markers.markers import Markers

Array = np.ndarray

BALL, LINE = 0.02, 0.009
"""Radii, metres."""

CHAINS = (
    "LFHD RFHD RBHD LBHD LFHD",
    "C7 T10 STRN CLAV C7",
    *(
        chain.replace("*", side)
        for side in "LR"
        for chain in (
            "C7 *SHO CLAV",
            "*SHO *UPA *ELB *FRM *WRB *FIN *WRA *WRB",
            "*PSI *ASI *THI *KNE *SHN *TIB *ANK *HEE *TOE *ANK",
            "*BWT *FWT *THI",
            "*TOE *MT5 *HEE",
        )
    ),
    *(f"L{part} R{part}" for part in ("ASI", "PSI", "FWT", "BWT")),
)
"""Markers of the Plug-in Gait family one after the other along a body; some may not be there."""


def drawing_of(markers: Markers) -> Drawing:
    """Return the drawing of a person's markers, upright, as tall as an adult of 1.70 m.

    Raises:
        MotionFileError: If their names do not tell the parts of a body.
    """
    known, joints, _ = places_on_body(markers)
    seen = scaled(upright(markers.positions[:, known], joints), joints)
    floor = np.nanpercentile(np.nanmin(seen[..., 1], axis=1), 5.0)
    middle = np.nanmean(seen, axis=(0, 1))
    points = seen - [middle[0], floor, middle[2]]
    names = [markers.labels[index].rpartition(":")[2].upper() for index in known]
    balls = [(index, index) for index in range(len(names))]
    lines = [(names.index(a), names.index(b)) for a, b in lines_between(names)]
    radii = [BALL] * len(balls) + [LINE] * len(lines)
    colours = [_colour(names[a], names[b]) for a, b in balls + lines]
    return Drawing(
        markers.name,
        markers.fps,
        points,
        np.array(balls + lines),
        np.tile(np.array(radii)[:, None], (1, 2)),
        np.array(colours),
    )


def lines_between(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the lines between markers, for those of the choreography arrays the published ones."""
    if set(names) >= {end for line in CHOREOGRAPHY_LINES for end in line}:
        return list(CHOREOGRAPHY_LINES)
    chains = ([name for name in chain.split() if name in names] for chain in CHAINS)
    return [pair for chain in chains for pair in itertools.pairwise(chain)]


def _colour(one: str, other: str) -> tuple[float, float, float]:
    sides = {one[:1], other[:1]}
    return LEFT if sides == {"L"} else RIGHT if sides == {"R"} else BODY
