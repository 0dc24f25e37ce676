"""Poses as packets of the Virtual Motion Capture protocol 3.1; no socket and no clock.

Unity's space is left-handed, with a figure's left at -X. Ours mirrored in X is theirs: a position
(x, y, z) becomes (-x, y, z), a quaternion (x, y, z, w) becomes (x, -y, -z, w), local and world
alike.

References:
    VirtualMotionCapture Protocol, https://protocol.vmc.info/english
"""

import struct
from collections.abc import Sequence
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
_BUNDLE_HEAD = 16


def expressions(labels: Sequence[str]) -> Float[Array, "E X"]:
    """Return how much each emotion shows in each expression of `VRM0`, at weight 1.

    Args:
        labels: Emotion labels; one that nobody foresaw shows in none.
    """
    faces = [_FACES.get(label, {}) for label in labels]
    return np.array([[face.get(name, 0.0) for name in VRM0] for face in faces])


class VmcEncoder:
    """Makes the packets of one figure; all that never changes is laid out once."""

    def __init__(self, names: Names = "vrm0") -> None:
        """Lay the packets out.

        Args:
            names: Version of VRM whose names expressions have.
        """
        zeros = np.zeros(_FLOATS)
        root = _transform("/VMC/Ext/Root/Pos", "root", np.array([0, 0, 0, 0, 0, 0, 1.0]))
        bones = [_transform("/VMC/Ext/Bone/Pos", name, zeros) for name in BONES]
        self._first, self._first_at = _layout([root, *bones[:_SPLIT]], _FLOATS, 1)
        self._second, self._second_at = _layout(bones[_SPLIT:], _FLOATS)
        shown = [encode_message("/VMC/Ext/Blend/Val", name, 0.0) for name in _named(names)]
        timed = [encode_message("/VMC/Ext/OK", 1), encode_message("/VMC/Ext/T", 0.0), *shown]
        apply = encode_message("/VMC/Ext/Blend/Apply")
        # The face has other numbers than bones, so it is laid out by itself and sent behind them.
        face, at = _layout([*timed, apply], 1, 1)
        self._face, self._face_at = face[_BUNDLE_HEAD:], at[:-1] - _BUNDLE_HEAD
        self._values = np.zeros((len(BONES), _FLOATS), ">f4")
        self._values[:, :3] = CANONICAL.rest_offsets * MIRROR_POSITION

    def encode(self, pose: Pose, time: float, face: Float[Array, "X"]) -> list[bytes]:
        """Return the two packets of a frame; the face, which applies it, ends the second.

        Args:
            pose: Pose of the canonical skeleton.
            time: Seconds since the sender began.
            face: Weight of each expression of `VRM0`, cut to [0, 1].
        """
        self._values[0, :3] = pose.hips * MIRROR_POSITION
        self._values[:, 3:] = pose.rotations * MIRROR_ROTATION
        data = self._values.view(np.uint8).reshape(len(BONES), -1)
        self._first[self._first_at] = data[:_SPLIT]
        self._second[self._second_at] = data[_SPLIT:]
        told = np.concatenate([[time], np.minimum(face, 1.0)]).astype(">f4")
        self._face[self._face_at] = told.view(np.uint8).reshape(-1, 4)
        return [self._first.tobytes(), self._second.tobytes() + self._face.tobytes()]


def _named(names: Names) -> list[str]:
    return list(VRM0.values() if names == "vrm0" else VRM0)


def _transform(address: str, name: str, values: Float[Array, "7"]) -> bytes:
    head = encode_text(address) + encode_text(",s" + "f" * _FLOATS) + encode_text(name)
    return head + struct.pack(f">{_FLOATS}f", *values)


def _layout(messages: list[bytes], floats: int, fixed: int = 0) -> tuple[Array, Array]:
    """Return a bundle to write into, and where the bytes of each message's numbers stand, (N, B).

    Args:
        messages: Each ends in its numbers.
        floats: How many numbers each has.
        fixed: How many messages at the beginning stay as they are.
    """
    ends = np.cumsum([_BUNDLE_HEAD, *(4 + len(message) for message in messages)])[1 + fixed :]
    size = 4 * floats
    bundle = np.frombuffer(encode_bundle(messages), np.uint8).copy()
    return bundle, ends[:, None] - size + np.arange(size)
