import re

import numpy as np
import pytest

from motion.errors import MotionFileError
from motion.formats.bvh import parse_bvh, parse_bvh_skeletons, to_bvh
from motion.rigs.retarget import placed_at_origin, retarget
from tests.motion.strategies import swaying

TWO_JOINTS = """HIERARCHY
ROOT base of it
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT tip
  {
    OFFSET 0 10 0
    CHANNELS 3 Yrotation Zrotation Xrotation
    End Site
    {
      OFFSET 0 5 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 0 0 0 0 0 0 0 0
4 5 6 90 0 0 0 0 -90
"""


def test_joints_positions_and_rotations_are_read():
    bvh = parse_bvh(TWO_JOINTS)
    assert bvh.joints == ("base of it", "tip", "tip_end")
    assert bvh.parents == (-1, 0, 1)
    assert bvh.fps == 30.0
    positions, _ = bvh.world()
    # Position channels replace the root's offset; a quarter turn about Z puts the tip at -X.
    np.testing.assert_allclose(positions[0], [[0, 0, 0], [0, 10, 0], [0, 15, 0]], atol=1e-9)
    np.testing.assert_allclose(positions[1], [[4, 5, 6], [-6, 5, 6], [-6, 5, 1]], atol=1e-9)


def test_rest_is_the_sum_of_offsets():
    positions, _ = parse_bvh(TWO_JOINTS).at_rest().world()
    np.testing.assert_allclose(positions[0], [[1, 2, 3], [1, 12, 3], [1, 17, 3]])


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("  ", "\t"), ("\n", "\n\n"), ("{", " { ")])
def test_line_ends_tabs_and_blanks_do_not_matter(change):
    before, after = parse_bvh(TWO_JOINTS), parse_bvh(TWO_JOINTS.replace(*change))
    np.testing.assert_array_equal(before.rotations, after.rotations)
    np.testing.assert_array_equal(before.positions, after.positions)
    assert before.joints == after.joints


@pytest.mark.parametrize(
    ("written", "fps"),
    [
        (".0083333", 120), ("0.0041667", 240), ("0.025", 40), ("0.016667", 60), ("0.041667", 24),
        ("0.0416", 1 / 0.0416), ("0.04", 25), ("1", 1),
    ],
)  # fmt: skip
def test_rounded_frame_times_give_whole_rates(written, fps):
    found = parse_bvh(TWO_JOINTS.replace("0.0333333", written)).fps
    assert found == fps


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((TWO_JOINTS, ""), "got an empty file"),
        (("HIERARCHY", ""), "got no HIERARCHY"),
        (("MOTION", ""), "got no MOTION"),
        (("Frames: 2", "Frames: two"), "got 'two'"),
        (("0 0 0 0 0 0 0 0 0\n4 5 6 90 0 0 0 0 -90\n", "1 2 3\n"), "9 values or more, got 3"),
        (("4 5 6", "4 x 6"), "could not convert string to float: 'x'"),
        (("4 5 6", "4 nan 6"), "NaN or infinity in frame 1"),
        (("4 5 6", "4 -inf 6"), "NaN or infinity in frame 1"),
        (("0.0333333", "0"), "frame time of 0.001 to 1 second, got 0.0"),
        (("0.0333333", "-0.03"), "got -0.03"),
        (("0.0333333", "nan"), "got nan"),
        (("0.0333333", "60"), "got 60.0"),
        (("Frame Time: 0.0333333", ""), "got neither"),
        (("OFFSET 0 10 0", "OFFSET 0 10"), "three numbers for tip, got '0 10'"),
        (("OFFSET 0 10 0", "OFFSET 0 nan 0"), "finite OFFSET for tip"),
        (("Xposition", "Wposition"), "got 'wposition'"),
        (("  }\n}\nMOTION", "MOTION"), "balanced braces"),
    ],
)
def test_a_faulty_file_is_refused_by_what_is_wrong_with_it(change, message):
    with pytest.raises(MotionFileError, match=message):
        parse_bvh(TWO_JOINTS.replace(*change))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_whole_frames_are_read_whatever_their_count_says_and_it_is_said(count):
    found = parse_bvh(TWO_JOINTS.replace("Frames: 2", f"Frames: {count}"))
    assert len(found.rotations) == 2
    assert found.notes == (f"expected {count} frames, got 2 whole ones, which are read",)
    assert parse_bvh(TWO_JOINTS).notes == ()


def test_a_torn_frame_is_left_out_and_said_and_moves_no_other():
    rows = ["4 5 6 90 0 0 0 0 -90", "1 2 3 4", "7 8 9 90 0 0 0 0 -90"]
    found = parse_bvh(TWO_JOINTS.replace("4 5 6 90 0 0 0 0 -90", "\n".join(rows)))
    np.testing.assert_allclose(found.positions[1:, 0], [[4, 5, 6], [7, 8, 9]])
    assert found.notes[0] == "1 of 4 frames lack or exceed 9 values"


def test_a_frame_may_go_over_several_lines():
    found = parse_bvh(
        TWO_JOINTS.replace("0 0 0 0 0 0 0 0 0", "0 0 0\n0 0 0\n0 0 0").replace("4 5 6 ", "4 5 6\n")
    )
    assert (len(found.rotations), found.notes) == (2, ())


@pytest.mark.parametrize(
    "change",
    [("End Site", "END SITE"), ("HIERARCHY", "Hierarchy"), ("MOTION", "motion"),
     ("tip", "tip in MOTION"), ("JOINT", "joint"), ("OFFSET", "Offset")],
)  # fmt: skip
def test_keywords_may_be_in_any_case_and_within_names(change):
    found = parse_bvh(TWO_JOINTS.replace(*change))
    np.testing.assert_allclose(found.world()[0], parse_bvh(TWO_JOINTS).world()[0])


def test_every_root_is_a_skeleton_of_its_own():
    head, motion = TWO_JOINTS.split("MOTION")
    second = head.removeprefix("HIERARCHY").replace("base of it", "other")
    doubled = re.sub(r"(?m)^([-\d .]+)$", r"\1 \1", motion)
    text = head + second.lstrip("\n") + "MOTION" + doubled
    first, other = parse_bvh_skeletons(text)
    assert (first.name, other.name) == ("base of it", "other")
    for found in (first, other):
        np.testing.assert_allclose(found.world()[0], parse_bvh(TWO_JOINTS).world()[0])
        assert found.together
    with pytest.raises(MotionFileError, match="one skeleton, got 2: base of it, other"):
        parse_bvh(text)


@pytest.mark.parametrize("fps", [24.0, 30.0, 59.94])
def test_a_written_clip_reads_back_as_the_same_poses(fps):
    clip = placed_at_origin(swaying(40, fps))
    back = retarget(parse_bvh(to_bvh(clip)))
    assert back.fps == pytest.approx(fps, rel=1e-5)
    np.testing.assert_allclose(back.world_positions(), clip.world_positions(), atol=1e-4)
    np.testing.assert_allclose(np.abs(np.sum(back.rotations * clip.rotations, -1)), 1, atol=1e-6)


def test_a_written_clip_has_a_t_pose_rest_in_metres_and_unbroken_angles():
    clip = swaying(200)
    text = to_bvh(clip)
    rest, _ = parse_bvh(text).at_rest().world()
    joints = parse_bvh(text).joints
    hand = rest[0, joints.index("leftHand")]
    np.testing.assert_allclose(hand, [0.70, 0.42, 0.0], atol=1e-6)
    rows = [row.split() for row in text[text.index("Frame Time") :].splitlines()[1:]]
    angles = np.array(rows, dtype=float)[:, 3:]
    assert np.abs(np.diff(angles, axis=0)).max() < 180.0
