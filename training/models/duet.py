"""A causal transformer that observes another dancer: the default's, with one more input.

With every token it takes the other's newest frames (`motion.model.observed_dancer`). They join the
stream twice: as they are, and as what they mean to the own motion. For that, the own joints attend
to the other's, and every pair of joints has an edge: how near they are, and whether they move the
same, the opposite or the mirrored way. Attention over time then finds what the other did earlier,
as in a canon. Where nobody is there nothing joins, and it dances by itself.

Shapes: N batch, S tokens, K frames per token, F features, W width of what is seen, J joints of
`JOINTS`, H heads, C channels, R channels of a joint.

References:
    P. Veličković et al., "Graph Attention Networks", arXiv:1710.10903; C. Ying et al., "Do
    Transformers Really Perform Bad for Graph Representation?", arXiv:2106.05234 (edges as biases
    of attention). Relations between the joints of two dancers after duet models such as
    S. Maluleke et al., "Synergy and Synchrony in Couple Dances", arXiv:2409.04440.
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from motion import features
from motion.errors import BhavaError
from motion.features import Layout
from motion.model import observed_dancer
from motion.skeleton import CANONICAL
from training.corpus.corpus import FPS
from training.models import transformer_mdn
from training.models.transformer_mdn import TransformerMDN

JOINTS = CANONICAL.indices(
    "hips",
    "head",
    *(side + part for side in ("left", "right") for part in ("LowerArm", "Hand")),
    *(side + part for side in ("left", "right") for part in ("LowerLeg", "Foot")),
)
"""Joints whose relations count."""

OFFSETS = CANONICAL.rest_offsets.tolist()
"""As plain numbers: the graph's export cannot lift a tensor that is made on the way."""

EDGES = 5
"""Numbers of an edge: proximity, and same, opposite, mirrored and counter-mirrored velocity."""

NEAR = 0.5
"""Metres at which two joints are about as near as far."""

SLOW = 0.2
"""Metres per second at which a velocity counts half."""


class Config(transformer_mdn.Config):
    """Sizes of a network."""

    kind: Literal["duet"]  # type: ignore[assignment]
    relation_channels: int = Field(default=32, ge=1)
    relation_heads: int = Field(default=4, ge=1)


def joint_positions(frames: Tensor, joints: Sequence[int] = JOINTS) -> Tensor:
    """Return where joints are, from the root on the floor and in its facing frame.

    Args:
        frames: Raw features (..., F).
        joints: Joints to place.

    Returns:
        Positions, metres, (..., joints, 3).
    """
    columns = frames[..., features.PART["rotations"]].unflatten(-1, (-1, 2, 3))
    first = functional.normalize(columns[..., 0, :], dim=-1)
    third = functional.normalize(torch.linalg.cross(first, columns[..., 1, :]), dim=-1)
    local = torch.stack([first, torch.linalg.cross(third, first), third], -1)
    height = frames[..., features.PART["hips_height"]]
    places = {0: functional.pad(height, (1, 1))}
    turns = {0: local[..., 0, :, :]}
    for joint, parent in enumerate(CANONICAL.parents[1:], start=1):
        turn, (x, y, z) = turns[parent], OFFSETS[joint]
        moved = turn[..., 0] * x + turn[..., 1] * y + turn[..., 2] * z
        places[joint] = places[parent] + moved
        turns[joint] = (turn.unsqueeze(-1) * local[..., joint, :, :].unsqueeze(-3)).sum(-2)
    return torch.stack([places[joint] for joint in joints], -2)


def states_of(frames: Tensor) -> tuple[Tensor, Tensor]:
    """Return positions and velocities of `JOINTS`, (..., J, 3) each, of tokens (..., K, F).

    Positions are those of the last frame, from the root; velocities are means over the token, of
    the root's motion too, m/s; both in the facing frame.
    """
    ends = joint_positions(torch.stack([frames[..., 0, :], frames[..., -1, :]], -2))
    seconds = (frames.shape[-2] - 1) / FPS
    across, along = frames[..., features.PART["root_velocity"]].mean(-2).unbind(-1)
    root = torch.stack([across, torch.zeros_like(across), along], -1)
    first, last = ends.unbind(-3)
    return last, (last - first) / seconds + root.unsqueeze(-2)


def in_own_frame(vectors: Tensor, place: Tensor) -> Tensor:
    """Turn vectors (..., J, 3) of the other's facing frame into the own; `place` is (..., 4)."""
    sine, cosine = place[..., 2:3], place[..., 3:4]
    x, y, z = vectors.unbind(-1)
    return torch.stack([cosine * x + sine * z, y, cosine * z - sine * x], -1)


def edges(own: tuple[Tensor, Tensor], theirs: tuple[Tensor, Tensor], place: Tensor) -> Tensor:
    """Return the edges (..., J, J, EDGES) from own joints to the other's.

    Args:
        own: Positions and velocities, from `states_of`.
        theirs: Likewise, each in the other's own facing frame.
        place: Where the other is: x, z, sine and cosine of the facing, (..., 4).

    Velocities are compared body to body: "same" is both forwards, whichever way they face;
    "mirrored" is one to its left and the other to its right.
    """
    floor = torch.stack([place[..., 0], torch.zeros_like(place[..., 0]), place[..., 1]], -1)
    there = in_own_frame(theirs[0], place) + floor.unsqueeze(-2)
    distance = (own[0].unsqueeze(-2) - there.unsqueeze(-3)).square().sum(-1)
    speeds = (v / (v.square().sum(-1, keepdim=True) + SLOW**2).sqrt() for v in (own[1], theirs[1]))
    mine, other_one = next(speeds).unsqueeze(-2), next(speeds).unsqueeze(-3)
    product = mine * other_one
    same = product.sum(-1)
    mirrored = same - 2 * product[..., 0]
    near = torch.exp(-distance / NEAR**2)
    return torch.stack([near, *map(functional.relu, (same, -same, mirrored, -mirrored))], -1)


class Relations(nn.Module):
    """Attention of the own joints over the other's, biased and coloured by their edges."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        width, self.heads = config.relation_channels, config.relation_heads
        self.state = nn.Linear(6, width)
        self.joint = nn.Parameter(0.5 * torch.randn(len(JOINTS), width))
        self.query = nn.Linear(width, width * self.heads, bias=False)
        self.key = nn.Linear(width, width * self.heads, bias=False)
        self.value = nn.Linear(width, width)
        self.bias = nn.Linear(EDGES, self.heads)
        self.edge = nn.Linear(EDGES, width, bias=False)
        self.out = nn.Linear(len(JOINTS) * width * self.heads, config.channels)

    def forward(self, own: Tensor, seen: Tensor) -> Tensor:
        """Return what joins the stream (..., C).

        Args:
            own: Raw features of tokens, (..., K, F).
            seen: The other dancer as observed with each, (..., K, W).
        """
        place = seen[..., -1, observed_dancer.PLACE]
        mine, theirs = states_of(own), states_of(seen[..., : features.WIDTH])
        edge = edges(mine, theirs, place)
        a, b = (functional.gelu(self.state(torch.cat(s, -1)) + self.joint) for s in (mine, theirs))
        queries, keys = (
            project(nodes).unflatten(-1, (self.heads, -1)).transpose(-2, -3)
            for project, nodes in ((self.query, a), (self.key, b))
        )
        scores = queries @ keys.transpose(-1, -2) * queries.shape[-1] ** -0.5
        weights = (scores + self.bias(edge).movedim(-1, -3)).softmax(-1)  # (..., H, J, J)
        values = weights @ self.value(b).unsqueeze(-3)  # (..., H, J, R)
        coloured = weights.movedim(-3, -2) @ self.edge(edge)  # (..., J, H, R)
        joined: Tensor = self.out((values.transpose(-2, -3) + coloured).flatten(-3))
        return joined


class Duet(TransformerMDN):
    """The default's network, whose tokens also hold what is seen of another dancer."""

    OBSERVES_DANCER: ClassVar[bool] = True

    def __init__(self, config: Config, labels: int, layout: Layout) -> None:
        """Build an untrained network.

        Raises:
            BhavaError: If the skeleton is not the canonical one, whose joints are related.
        """
        if layout.skeleton is not CANONICAL:
            joints = len(layout.skeleton.joints)
            raise BhavaError(f"duet: expected the canonical skeleton, got one of {joints} joints")
        super().__init__(config, labels, layout)
        seen = config.frames_per_token * features.WIDTH + 4
        self.sight = nn.Linear(seen, config.channels)
        self.relations = Relations(config)
        # At first it heeds nobody, so that training may begin with the weights of a soloist.
        for joins in (self.sight, self.relations.out):
            nn.init.zeros_(joins.weight)
            nn.init.zeros_(joins.bias)

    def embedded(self, frames: Tensor, other: Tensor | None) -> Tensor:
        """Embed tokens, and the other dancer with them; see `TransformerMDN.embedded`."""
        assert other is not None  # as OBSERVES_DANCER says
        there = other[..., -1, observed_dancer.PRESENT :]
        motion = self.codec.normalise(other[..., : features.WIDTH]).flatten(-2)
        seen = torch.cat([motion, other[..., -1, observed_dancer.PLACE]], -1)
        related = self.relations(self.codec.denormalise(frames), other)
        return super().embedded(frames, None) + there * (self.sight(seen) + related)
