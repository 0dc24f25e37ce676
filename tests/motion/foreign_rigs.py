"""BVH files of many rigs, written from canonical clips, so that the right answer is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from motion import rotations
from motion.clip import Clip
from motion.kinematics import world_from_local
from motion.skeleton import CANONICAL

MIXAMO = {
    "hips": "mixamorig:Hips",
    "spine": "mixamorig:Spine",
    "chest": "mixamorig:Spine1",
    "neck": "mixamorig:Neck",
    "head": "mixamorig:Head",
} | {
    f"{side.lower()}{role}": f"mixamorig:{side}{name}"
    for side in ("Left", "Right")
    for role, name in {
        "Shoulder": "Shoulder",
        "UpperArm": "Arm",
        "LowerArm": "ForeArm",
        "Hand": "Hand",
        "UpperLeg": "UpLeg",
        "LowerLeg": "Leg",
        "Foot": "Foot",
        "Toes": "ToeBase",
    }.items()
}

OLD_CMU = {"hips": "Hips", "spine": "Chest", "chest": "Chest2", "neck": "Neck", "head": "Head"} | {
    f"{side.lower()}{role}": f"{side}{name}"
    for side in ("Left", "Right")
    for role, name in {
        "Shoulder": "Collar",
        "UpperArm": "Shoulder",
        "LowerArm": "Elbow",
        "Hand": "Wrist",
        "UpperLeg": "Hip",
        "LowerLeg": "Knee",
        "Foot": "Ankle",
        "Toes": "Toe",
    }.items()
}

UNREAL = {
    "hips": "pelvis",
    "spine": "spine_01",
    "chest": "spine_02",
    "neck": "neck_01",
    "head": "head",
} | {
    f"{side}{role}": f"{name}_{side[0]}"
    for side in ("left", "right")
    for role, name in {
        "Shoulder": "clavicle",
        "UpperArm": "upperarm",
        "LowerArm": "lowerarm",
        "Hand": "hand",
        "UpperLeg": "thigh",
        "LowerLeg": "calf",
        "Foot": "foot",
        "Toes": "ball",
    }.items()
}

Y_UP = rotations.IDENTITY
Z_UP = Rotation.from_euler("x", 90, degrees=True).as_quat()
"""World rotations of a rig whose world has Y or Z up."""

ARMS_HANGING = {
    f"{side}{part}": Rotation.from_euler("z", sign * 90, degrees=True).as_quat()
    for side, sign in (("left", -1), ("right", 1))
    for part in ("UpperArm", "LowerArm", "Hand")
}
ARMS_DOWN_45 = {
    joint: Rotation.from_euler("z", -45 if joint.startswith("left") else 45, True).as_quat()
    for joint in ARMS_HANGING
}


@dataclass(frozen=True)
class Rig:
    """How a rig differs from the canonical skeleton.

    Attributes:
        names: Joint name by canonical joint; canonical joints without one end the tree there.
        offsets: Canonical world rotation when the rig joint's world rotation is identity.
        world: Turns the canonical world into the rig's.
        unit: Rig units per metre.
        order: Euler order of the channels.
        ends: End Site of joints without children, metres, in canonical axes; of no length else.
        turned_back: Turns (T, 4) that a joint makes besides its own, and that helper joints without
            length above each of its children turn back.
    """

    names: Mapping[str, str] = field(default_factory=lambda: {j: j for j in CANONICAL.joints})
    offsets: Mapping[str, np.ndarray] = field(default_factory=dict)
    world: np.ndarray = field(default_factory=lambda: Y_UP)
    unit: float = 100.0
    order: str = "ZXY"
    ends: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    turned_back: Mapping[str, np.ndarray] = field(default_factory=dict)


def write_rig(clip: Clip, rig: Rig) -> str:
    """Return a BVH that shows a clip on a rig."""
    _, canonical = world_from_local(CANONICAL, clip.hips, clip.rotations)
    offsets = {
        joint: rotations.multiply(rig.world, rig.offsets.get(joint, rotations.IDENTITY))
        for joint in CANONICAL.joints
    }
    world = {
        joint: rotations.multiply(
            rotations.multiply(rig.world, canonical[:, index]), rotations.inverse(offsets[joint])
        )
        for index, joint in enumerate(CANONICAL.joints)
    }
    lines, columns = ["HIERARCHY"], []

    def add(index: int, parent: str | None) -> None:
        joint = CANONICAL.joints[index]
        rest = CANONICAL.rest_offsets[index] * rig.unit
        offset = rotations.rotate(offsets[parent] if parent else rig.world, rest)
        moves = ["Xposition", "Yposition", "Zposition"] if parent is None else []
        channels = moves + [f"{axis}rotation" for axis in rig.order]
        keyword = "ROOT" if parent is None else "JOINT"
        lines.append(f"{keyword} {rig.names[joint]}\n{{")
        lines.append("OFFSET " + " ".join(f"{v:.8f}" for v in offset))
        lines.append(f"CHANNELS {len(channels)} {' '.join(channels)}")
        local = world[joint]
        if parent:
            local = rotations.multiply(rotations.inverse(world[parent]), local)
        else:
            columns.append(rotations.rotate(rig.world, clip.hips * rig.unit))
        if joint in rig.turned_back:
            local = rotations.multiply(local, rig.turned_back[joint])
        columns.append(Rotation.from_quat(local).as_euler(rig.order, degrees=True))
        below = [
            child
            for child, owner in enumerate(CANONICAL.parents)
            if owner == index and CANONICAL.joints[child] in rig.names
        ]
        for child in below:
            if joint in rig.turned_back:
                turns = f"{rig.order[0]}rotation {rig.order[1]}rotation {rig.order[2]}rotation"
                helper = f"{rig.names[CANONICAL.joints[child]]}Helper"
                lines.append(f"JOINT {helper}\n{{\nOFFSET 0 0 0\nCHANNELS 3 {turns}")
                back = rotations.inverse(rig.turned_back[joint])
                columns.append(Rotation.from_quat(back).as_euler(rig.order, degrees=True))
            add(child, joint)
            if joint in rig.turned_back:
                lines.append("}")
        if not below:
            end = np.array(rig.ends.get(joint, (0.0, 0.0, 0.0))) * rig.unit
            end = rotations.rotate(offsets[joint], end)
            lines.append("End Site\n{\nOFFSET " + " ".join(f"{v:.8f}" for v in end) + "\n}")
        lines.append("}")

    add(0, None)
    return "\n".join(lines) + motion_block(np.concatenate(columns, axis=1), clip.fps)


def motion_block(values: np.ndarray, fps: float) -> str:
    """Return the second half of a BVH."""
    rows = "\n".join(" ".join(f"{v:.7f}" for v in row) for row in values)
    return f"\nMOTION\nFrames: {len(values)}\nFrame Time: {1.0 / fps:.7f}\n{rows}\n"


def bowing(frames: int = 60, fps: float = 30.0) -> Clip:
    """Knees and elbows bend and straighten while both soles stay flat; the head nods."""
    phase = np.sin(np.linspace(0.0, 4.0 * np.pi, frames)) * 0.5 + 0.5
    turns = {"head": ("x", 15 * phase), "spine": ("x", 10 * phase)}
    for side, sign in (("left", 1), ("right", -1)):
        turns[f"{side}UpperLeg"] = ("x", -20 - 20 * phase)
        turns[f"{side}LowerLeg"] = ("x", 40 + 40 * phase)
        turns[f"{side}Foot"] = ("x", -20 - 20 * phase)
        turns[f"{side}UpperArm"] = ("z", -sign * (70 - 30 * phase))
        turns[f"{side}LowerArm"] = ("y", -sign * (30 + 50 * phase))
    return posed(turns, fps)


def posed(turns: Mapping[str, tuple[str, Sequence[float]]], fps: float = 30.0) -> Clip:
    """Return a clip in which joints turn about one axis each by degrees per frame, soles on 0."""
    frames = len(next(iter(turns.values()))[1])
    local = np.tile(rotations.IDENTITY, (frames, len(CANONICAL.joints), 1))
    for joint, (axis, degrees) in turns.items():
        local[:, CANONICAL.index(joint)] = Rotation.from_euler(
            axis, np.reshape(degrees, (-1, 1)), True
        ).as_quat()
    hips = np.tile(CANONICAL.rest_offsets[0], (frames, 1))
    foot = CANONICAL.index("leftFoot")
    heights = Clip("", fps, hips, local).world_positions()[:, foot, 1]
    hips[:, 1] -= heights - CANONICAL.rest_positions[foot, 1]
    return Clip("posed", fps, hips, local)
