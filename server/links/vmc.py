"""Poses as packets of the Virtual Motion Capture protocol 3.1; no socket and no clock.

Unity's space is left-handed, with a figure's left at -X. Ours mirrored in X is theirs: a position
(x, y, z) becomes (-x, y, z), a quaternion (x, y, z, w) becomes (x, -y, -z, w), local and world
alike.

References:
    VirtualMotionCapture Protocol, https://protocol.vmc.info/english
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from jaxtyping import Float

from motion.clip import Pose
from motion.skeleton import CANONICAL
from server.links.osc import encode_bundle, encode_message, encode_text

Array = np.ndarray
Names = Literal["vrm0", "vrm1"]

MIRROR_POSITION = np.array([-1.0, 1.0, 1.0])
MIRROR_ROTATION = np.array([1.0, -1.0, -1.0, 1.0])

BONES = tuple(joint[0].upper() + joint[1:] for joint in CANONICAL.joints)
"""Names as Unity's `HumanBodyBones` has them, in the order of the canonical joints."""

VRM0 = {
    "happy": "Joy",
    "angry": "Angry",
    "sad": "Sorrow",
    "relaxed": "Fun",
    "surprised": "Surprised",
    "blink": "Blink",
}
"""Expressions of VRM 1, and as avatars of VRM 0 name them."""

_FACES: dict[str, dict[str, float]] = {
    "happy": {"happy": 0.9},
    "angry": {"angry": 0.9},
    "sad": {"sad": 0.9},
    "relaxed": {"relaxed": 0.9},
    "surprised": {"surprised": 0.9},
    "proud": {"relaxed": 0.6, "happy": 0.2},
    "afraid": {"surprised": 0.6, "sad": 0.4},
    "tired": {"sad": 0.25, "blink": 0.4},
    "excited": {"happy": 0.7, "surprised": 0.25},
}
_SPLIT = 11
"""Bones of the first bundle: all in one would exceed a packet of Ethernet."""

_FLOATS = 7


def expressions(labels: Sequence[str], weights: Float[Array, "E"]) -> dict[str, float]:
    """Return the weight of each expression of VRM 1 that goes with emotion weights, in [0, 1].

    Args:
        labels: Emotion labels.
        weights: Weight of each.
    """
    face = dict.fromkeys(VRM0, 0.0)
    for label, weight in zip(labels, weights.tolist(), strict=True):
        for name, part in _FACES.get(label, {}).items():
            face[name] += weight * part
    return {name: min(1.0, weight) for name, weight in face.items()}


class VmcEncoder:
    """Makes the packets of one figure; all that never changes is laid out once."""

    def __init__(self, names: Names = "vrm0") -> None:
        """Lay the packets out.

        Args:
            names: Version of VRM whose names expressions have.
        """
        self._names = VRM0 if names == "vrm0" else {name: name for name in VRM0}
        zeros = np.zeros(_FLOATS)
        root = _transform("/VMC/Ext/Root/Pos", "root", np.array([0, 0, 0, 0, 0, 0, 1.0]))
        bones = [_transform("/VMC/Ext/Bone/Pos", name, zeros) for name in BONES]
        self._head = [encode_message("/VMC/Ext/OK", 1)]
        self._first, self._first_at = _layout([root, *bones[:_SPLIT]], 1)
        self._second, self._second_at = _layout(bones[_SPLIT:], 0)
        self._values = np.zeros((len(BONES), _FLOATS), ">f4")
        self._values[:, :3] = CANONICAL.rest_offsets * MIRROR_POSITION

    def encode(self, pose: Pose, time: float, face: Mapping[str, float]) -> list[bytes]:
        """Return the packets of a frame: two of bones, and one of the face, which applies it.

        Args:
            pose: Pose of the canonical skeleton.
            time: Seconds since the sender began.
            face: Weight by expression of VRM 1.
        """
        self._values[0, :3] = pose.hips * MIRROR_POSITION
        self._values[:, 3:] = pose.rotations * MIRROR_ROTATION
        data = self._values.view(np.uint8).reshape(len(BONES), -1)
        self._first[self._first_at] = data[:_SPLIT]
        self._second[self._second_at] = data[_SPLIT:]
        blends = [
            encode_message("/VMC/Ext/Blend/Val", self._names[name], float(weight))
            for name, weight in face.items()
        ]
        apply = encode_message("/VMC/Ext/Blend/Apply")
        told = [*self._head, encode_message("/VMC/Ext/T", float(time))]
        return [
            self._first.tobytes(),
            self._second.tobytes(),
            encode_bundle([*told, *blends, apply]),
        ]


def _transform(address: str, name: str, values: Float[Array, "7"]) -> bytes:
    head = encode_text(address) + encode_text(",s" + "f" * _FLOATS) + encode_text(name)
    return head + struct.pack(f">{_FLOATS}f", *values)


def _layout(messages: list[bytes], fixed: int) -> tuple[Array, Array]:
    """Return a bundle to write into, and where the numbers of each message stand, (N, 28).

    Args:
        messages: Each ends in its numbers.
        fixed: How many of the first stay as they are.
    """
    ends = np.cumsum([16, *(4 + len(message) for message in messages)])[1 + fixed :]
    size = 4 * _FLOATS
    bundle = np.frombuffer(encode_bundle(messages), np.uint8).copy()
    return bundle, ends[:, None] - size + np.arange(size)
