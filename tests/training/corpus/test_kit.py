"""KIT Motion-Language cannot be had here: the files are written as its documentation has them."""

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from motion.errors import MotionFileError
from motion.formats.kit import parse_annotations, parse_mmm
from motion.rigs.retarget import retarget
from motion.skeleton import CANONICAL
from training.corpus.corpus import load_corpus
from training.corpus.prepare import prepare

AXES = {
    "BLN": "xyz", "BP": "xyz", "BT": "xyz", "BUN": "xyz", "LA": "xyz", "LE": "xz", "LH": "xyz",
    "LK": "x", "LS": "xyz", "LW": "xy", "LF": "x", "LM": "", "RA": "xyz", "RE": "xz", "RH": "xyz",
    "RK": "x", "RS": "xyz", "RW": "xy", "RF": "x", "RM": "",
}  # fmt: skip
JOINTS = [f"{n}{axis}_joint" for n, axes in AXES.items() for axis in axes or ["rot"]]


def mmm(angles: dict[str, np.ndarray], frames: int = 40, yaw: float = 0.0) -> str:
    """A file of somebody who walks along X at 1 m/s, 100 frames a second, with some angles."""
    columns = np.stack([angles.get(name, np.zeros(frames)) for name in JOINTS], axis=1)
    order = "".join(f'<Joint name="{name}"/>' for name in JOINTS)
    written = "".join(
        f"<MotionFrame><Timestep>{n / 100}</Timestep>"
        f"<RootPosition>{10.0 * n} 0 930</RootPosition><RootRotation>0 0 {yaw}</RootRotation>"
        f"<JointPosition>{' '.join(map(str, row))}</JointPosition></MotionFrame>"
        for n, row in enumerate(columns.tolist())
    )
    return (
        '<?xml version="1.0"?><MMM><Motion name="subject_1"><Model><File>mmm.xml</File></Model>'
        '<ModelProcessorConfig type="Winter"><Height>1.8</Height></ModelProcessorConfig>'
        f"<JointOrder>{order}</JointOrder><MotionFrames>{written}</MotionFrames></Motion></MMM>"
    )


def positions(text: str) -> dict[str, np.ndarray]:
    clip = retarget(parse_mmm(text))
    world = clip.world_positions()
    return {name: world[:, n] for n, name in enumerate(CANONICAL.joints)}


def test_with_all_angles_at_zero_the_figure_stands_and_its_arms_hang():
    at = positions(mmm({}, yaw=-np.pi / 2))  # walks ahead, as X to the right turns to Y
    assert np.all(at["leftHand"][:, 1] < at["leftUpperArm"][:, 1] - 0.4)
    assert np.all(at["leftHand"][:, 0] > at["rightHand"][:, 0])
    assert abs(at["leftFoot"][0, 1]) < 0.2
    walked = at["hips"][-1] - at["hips"][0]
    np.testing.assert_allclose(walked, [0, 0, np.linalg.norm(walked)], atol=0.02)


def test_angles_turn_about_the_axes_of_the_model():
    half = np.linspace(0.0, np.pi / 2, 40)
    raised = positions(mmm({"RSx_joint": half}))  # about X to the right: the arm swings ahead
    assert raised["rightHand"][-1, 2] > raised["rightUpperArm"][-1, 2] + 0.4
    assert abs(raised["leftHand"][-1, 2] - raised["leftUpperArm"][-1, 2]) < 0.1
    bent = positions(mmm({"LKx_joint": -half}))
    assert bent["leftFoot"][-1, 2] < bent["leftLowerLeg"][-1, 2] - 0.3


def test_the_axes_of_a_joint_are_carried_along():
    turned = parse_mmm(
        mmm({f"LS{a}_joint": np.full(40, v) for a, v in zip("xyz", (0.3, 0.2, 0.1), strict=True)})
    )
    x, y, z = (Rotation.from_euler(a, v) for a, v in zip("xyz", (0.3, 0.2, 0.1), strict=True))
    got = Rotation.from_quat(turned.rotations[0, turned.joints.index("leftUpperArm")])
    assert (got.inv() * (x * y * z)).magnitude() < 1e-6
    assert turned.fps == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text[: len(text) // 2], "expected MMM as XML, got"),
        (lambda _: "<MMM/>", "got no <Motion>"),
        (lambda text: text.replace("JointOrder", "Order"), "got 0 joints and 40 frames"),
        (lambda text: text.replace("LSx", "Lx").replace("LSy", "Ly").replace("LSz", "Lz"), "of LS"),
        (
            lambda text: text.replace("930</Root", "</Root", 1),
            "expected 3 numbers in <RootPosition>",
        ),
        (lambda text: text.replace(">0.1<", ">soon<"), "in <Timestep>"),
        (lambda text: text.replace("1.8", "tall"), "expected metres in <Height>, got 'tall'"),
    ],
)
def test_a_damaged_file_says_what_was_expected(spoil, reason):
    with pytest.raises(MotionFileError, match=reason):
        parse_mmm(spoil(mmm({})))


@pytest.mark.parametrize("text", ["[", '{"a": 1}', "[1]"])
def test_annotations_that_are_no_list_of_texts_are_refused(text):
    with pytest.raises(MotionFileError, match="expected annotations"):
        parse_annotations(text)


def test_motions_become_clips_with_their_sentences_and_bad_ones_are_named(tmp_path):
    (tmp_path / "00001_mmm.xml").write_text(mmm({}))
    sentences = ["A person walks to the right. ", "", "Somebody\nwalks."]
    (tmp_path / "00001_annotations.json").write_text(json.dumps(sentences))
    (tmp_path / "00002_mmm.xml").write_text(mmm({})[:900])
    (tmp_path / "00003_mmm.xml").write_text(mmm({}))
    (tmp_path / "00003_annotations.json").write_text("[")
    outcome = prepare([tmp_path], tmp_path / "corpus", workers=1)
    (clip,) = load_corpus(tmp_path / "corpus")
    assert clip.labels["text"] == "A person walks to the right.\nSomebody walks."
    assert clip.labels["dataset"] == "kit"
    assert {s.source.rpartition("/")[2] for s in outcome.skipped} == {
        "00002_mmm.xml",
        "00003_mmm.xml",
    }
