"""KIT Motion-Language: motions of the Master Motor Map (MMM) in XML, sentences in JSON.

`NUMBER_mmm.xml` holds a frame's root pose, and the angles of the joints that its `JointOrder`
names; `NUMBER_annotations.json` beside it a list of sentences. The model's axes are X to the right,
Y ahead and Z up; with all angles at zero it stands, arms hanging. Angles of a joint turn about X,
then Y, then Z, each axis carried along by those before; the root's are roll, pitch and yaw.

References:
    M. Plappert, C. Mandery and T. Asfour, "The KIT Motion-Language Dataset", arXiv:1607.03827.
    O. Terlemez et al., "Master Motor Map", Humanoids 2014. Segment lengths: D. Winter,
    "Biomechanics and Motor Control of Human Movement", 2009.
"""

import json
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.errors import MotionFileError
from motion.rigs.rig_clip import RigClip

Array = np.ndarray

MOTION_SUFFIX: Final = "_mmm.xml"
TEXT_SUFFIX: Final = "_annotations.json"

_HEIGHT = 1.75
"""Metres, of a subject whose height is not known."""

_MILLIMETRES = 1e-3

_TREE: Final[Mapping[str, tuple[str, str, tuple[float, float, float]]]] = {
    "hips": ("", "", (0.0, 0.0, 0.53)),
    "spine": ("hips", "BP", (0.0, 0.0, 0.04)),
    "chest": ("spine", "BT", (0.0, 0.0, 0.06)),
    "neck": ("chest", "BLN", (0.0, 0.0, 0.188)),
    "head": ("neck", "BUN", (0.0, 0.0, 0.052)),
    "leftUpperArm": ("chest", "LS", (-0.129, 0.0, 0.188)),
    "leftLowerArm": ("leftUpperArm", "LE", (0.0, 0.0, -0.186)),
    "leftHand": ("leftLowerArm", "LW", (0.0, 0.0, -0.146)),
    "rightUpperArm": ("chest", "RS", (0.129, 0.0, 0.188)),
    "rightLowerArm": ("rightUpperArm", "RE", (0.0, 0.0, -0.186)),
    "rightHand": ("rightLowerArm", "RW", (0.0, 0.0, -0.146)),
    "leftUpperLeg": ("hips", "LH", (-0.05, 0.0, 0.0)),
    "leftLowerLeg": ("leftUpperLeg", "LK", (0.0, 0.0, -0.245)),
    "leftFoot": ("leftLowerLeg", "LA", (0.0, 0.0, -0.246)),
    "leftToes": ("leftFoot", "LF", (0.0, 0.1, -0.03)),
    "rightUpperLeg": ("hips", "RH", (0.05, 0.0, 0.0)),
    "rightLowerLeg": ("rightUpperLeg", "RK", (0.0, 0.0, -0.245)),
    "rightFoot": ("rightLowerLeg", "RA", (0.0, 0.0, -0.246)),
    "rightToes": ("rightFoot", "RF", (0.0, 0.1, -0.03)),
}
"""By role: its parent, its name in MMM, and its offset from the parent in heights of the body."""


def parse_mmm(text: str) -> RigClip:
    """Read the first motion of an MMM file, on the model's own skeleton, in metres, Z up.

    Args:
        text: The whole file.

    Raises:
        MotionFileError: If it is cut short, no MMM file, or holds no usable numbers.
    """
    try:
        motion = ElementTree.fromstring(text).find("Motion")
    except ElementTree.ParseError as error:
        raise MotionFileError(f"expected MMM as XML, got {error}") from error
    if motion is None:
        raise MotionFileError("expected MMM as XML, got no <Motion>")
    angles_of = {
        joint.get("name"): n for n, joint in enumerate(motion.iterfind("JointOrder/Joint"))
    }
    frames = motion.findall("MotionFrames/MotionFrame")
    if len(frames) < 2 or not angles_of:
        raise MotionFileError(
            f"expected <JointOrder> and 2 <MotionFrame> or more, got {len(angles_of)} joints and "
            f"{len(frames)} frames"
        )
    seconds = _numbers(frames, "Timestep", 1)[:, 0]
    if not seconds[-1] > seconds[0]:
        raise MotionFileError(f"expected <Timestep> to grow, got {seconds[0]} to {seconds[-1]}")
    angles = _numbers(frames, "JointPosition", len(angles_of))
    turned = np.tile(rotations.IDENTITY, (len(frames), len(_TREE), 1))
    turned[:, 0] = Rotation.from_euler("xyz", _numbers(frames, "RootRotation", 3)).as_quat()
    for index, (_, name, _) in enumerate(_TREE.values()):
        if name:
            turned[:, index] = _turned(angles, angles_of, name)
    offsets = _height(motion) * np.array([offset for _, _, offset in _TREE.values()])
    positions = np.tile(offsets, (len(frames), 1, 1))
    positions[:, 0] = _numbers(frames, "RootPosition", 3) * _MILLIMETRES
    roles = list(_TREE)
    parents = tuple(roles.index(parent) if parent else -1 for parent, _, _ in _TREE.values())
    fps = (len(frames) - 1) / float(seconds[-1] - seconds[0])
    return RigClip(tuple(roles), parents, offsets, fps, positions, turned)


def parse_annotations(text: str) -> list[str]:
    """Read the sentences about a motion; there may be none.

    Raises:
        MotionFileError: If it is no list of texts in JSON.
    """
    try:
        sentences = json.loads(text)
    except ValueError as error:
        raise MotionFileError(f"expected annotations as JSON, got {error}") from error
    if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
        raise MotionFileError(f"expected annotations as a list of texts, got {sentences!r:.80}")
    return [" ".join(sentence.split()) for sentence in sentences if sentence.strip()]


def _numbers(frames: list[ElementTree.Element], name: str, count: int) -> Float[Array, "T N"]:
    """Return an element of all frames, so many numbers in each."""
    texts = [frame.findtext(name, "").split() for frame in frames]
    try:
        values = np.array([[float(number) for number in text] for text in texts])
    except ValueError as error:
        raise MotionFileError(f"expected {count} numbers in <{name}>, got {error}") from error
    if values.shape != (len(frames), count):
        worst = next(len(text) for text in texts if len(text) != count)
        raise MotionFileError(f"expected {count} numbers in <{name}>, got {worst}")
    return values


def _turned(
    angles: Float[Array, "T N"], columns: Mapping[str | None, int], name: str
) -> Float[Array, "T 4"]:
    """Return the rotations of a joint about those axes that it has."""
    found = {axis: columns.get(f"{name}{axis}_joint") for axis in "xyz"}
    if not any(column is not None for column in found.values()):
        raise MotionFileError(f"expected angles of {name} in <JointOrder>, got none")
    zero = np.zeros(len(angles))
    three = [zero if column is None else angles[:, column] for column in found.values()]
    quaternions: Array = Rotation.from_euler("XYZ", np.stack(three, axis=1)).as_quat()
    return quaternions


def _height(motion: ElementTree.Element) -> float:
    """Return the subject's height, metres."""
    height = motion.findtext("ModelProcessorConfig/Height", "")
    try:
        return float(height) if height else _HEIGHT
    except ValueError as error:
        raise MotionFileError(f"expected metres in <Height>, got {height!r}") from error
