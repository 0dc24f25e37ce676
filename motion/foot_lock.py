"""Feet that stand do not slide: a streaming foot lock with two-bone inverse kinematics."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial.transform import Rotation

from motion import kinematics, rotations
from motion.inertia import Poses, decay
from motion.rows import Rows
from motion.skeleton import CANONICAL, LEG_LENGTH

Array = np.ndarray

HALF_LIFE = 0.06
"""Seconds in which a foot that is set down comes to rest, and one that is lifted is free."""

STRAIGHTEST = 0.985
"""Longest reach of a corrected leg, of its length: beyond it the knee would snap straight."""

LONGEST_CORRECTION = 0.25 * LEG_LENGTH
"""A lock that would pull a foot further than this lets go: the motion wants to step."""

NEAR = 0.02
"""Metres from the motion at which a foot that was pulled off may stand again."""

RELUCTANCE = 1.5
"""How much higher or faster than to be set down a joint must be to be lifted."""

HINGE = 0.2 * (0.5 * LEG_LENGTH) ** 2
"""Square metres: how much the knee's own axis counts against that which its bend shows, which is
nothing in a straight leg and the wrong way round in an overstretched one. As much at 11 degrees."""

CORRECTED = 1e-5
"""Metres by which a foot must be moved for its leg to be bent."""

LEGS = np.array(
    [
        CANONICAL.indices(*(side + part for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")))
        for side in ("left", "right")
    ]
)
"""Indices of the joints of the left and the right leg, from the hip down."""

_FEET = CANONICAL.indices(*kinematics.CONTACT_JOINTS)
_TOES = LEGS[:, 3]
_FLOOR = float(CANONICAL.rest_positions[_TOES[0], 1])
_THIGH, _SHIN = (float(np.linalg.norm(CANONICAL.rest_offsets[j])) for j in LEGS[0, 1:3])


class FootLock(Rows):
    """Corrects streams of poses side by side, frame by frame.

    While a foot's toes stand, they come to rest where they were set down; when they
    are lifted they come back to the motion. Toes never sink below the floor.

    References:
        D. Holden, "Creating Looping Animations from Motion Capture" and "Fitting Code Driven
        Displacement" (foot locking by inertialisation), theorangeduck.com.
    """

    def __init__(self, count: int) -> None:
        self._begun = np.zeros(count, bool)
        self._stood = np.zeros((count, 4), bool)
        # Where both feet's toes are shown: on the motion or on an anchor, and between them a spring
        self._held = np.zeros((count, 2), bool)
        self._torn = np.zeros((count, 2), bool)
        self._anchor, self._shown = np.zeros((count, 2, 3)), np.zeros((count, 2, 3))
        self._offset, self._rate = np.zeros((count, 2, 3)), np.zeros((count, 2, 3))
        self._velocity = np.zeros((count, 2, 3))

    def apply(
        self,
        poses: Poses,
        positions: Float[Array, "B J 3"],
        before: Float[Array, "B J 3"],
        claimed: Float[Array, "B 4"],
        dt: float,
    ) -> tuple[Float[Array, "B J 4"], Bool[Array, "B 4"]]:
        """Return the local rotations with the standing feet held, and which joints stand.

        Args:
            poses: In world space.
            positions: World positions of the joints in them.
            before: Those of the frame before.
            claimed: What the model says of the contact of `kinematics.CONTACT_JOINTS`, about in
                [0, 1].
            dt: Seconds since the frame before.

        Returns:
            Local rotations, and for each of `CONTACT_JOINTS` whether it stands.
        """
        self._stood = self._standing(positions[:, _FEET], before[:, _FEET], claimed, dt)
        toes = positions[:, _TOES]
        self._shown = np.where(self._begun[:, None, None], self._shown, toes)
        self._begun = np.ones_like(self._begun)
        shown = self._follow(toes, before[:, _TOES], self._stood[:, 1::2], dt)
        return reach_legs(shown - toes, poses, positions), self._stood

    def _standing(
        self, joints: Array, before: Array, claimed: Array, dt: float
    ) -> Bool[Array, "B 4"]:
        """Tell which joints stand: as `kinematics.contacts` does, reluctant to change.

        Where the model says that a joint stands, it may be faster by as much again.
        """
        speed = np.linalg.norm(joints - before, axis=-1) / dt
        ease = np.where(self._stood, RELUCTANCE, 1.0)
        low = joints[..., 1] < CANONICAL.rest_positions[_FEET, 1] + ease * kinematics.LOW
        return low & (speed < (ease + np.clip(claimed, 0.0, 1.0)) * kinematics.SLOW)

    def _follow(
        self, toes: Float[Array, "B 2 3"], before: Array, stand: Bool[Array, "B 2"], dt: float
    ) -> Float[Array, "B 2 3"]:
        """Return where the toes are shown, given where the motion has them and had them before."""
        stand = stand & ~self._tear(toes)
        changed = (stand != self._held)[..., None]
        self._held, standing = stand, stand[..., None]
        floored = self._shown.copy()
        floored[..., 1] = np.maximum(floored[..., 1], _FLOOR)
        self._anchor = np.where(changed & standing, floored, self._anchor)
        offset = self._shown - np.where(standing, self._anchor, before)
        rate = self._velocity - np.where(standing, 0.0, (toes - before) / dt)
        self._offset, self._rate = decay(
            np.where(changed, offset, self._offset),
            np.where(changed, rate, self._rate),
            HALF_LIFE,
            dt,
        )
        shown = np.where(standing, self._anchor, toes) + self._offset
        shown[..., 1] = np.maximum(shown[..., 1], _FLOOR)
        self._velocity = (shown - self._shown) / dt
        self._shown = shown
        return shown

    def _tear(self, toes: Array) -> Bool[Array, "B 2"]:
        """Tell which feet the motion pulls off; one stands again once it has come home."""
        away = np.linalg.norm(
            np.where(self._held[..., None], self._anchor, self._shown) - toes, axis=-1
        )
        self._torn = away > np.where(self._torn, NEAR, LONGEST_CORRECTION)
        return self._torn


def reach_legs(
    move: Float[Array, "B 2 3"], poses: Poses, positions: Float[Array, "B J 3"]
) -> Float[Array, "B J 4"]:
    """Bend legs so that their feet move as told and keep their world rotations.

    The knee bends forward, about in the plane it is in. A target out of reach is approached as far
    as the leg goes.

    Args:
        move: Of the left and the right foot, metres, in world space.
        poses: Before.
        positions: World positions of the joints before.

    Returns:
        The local rotations after; those of upper leg, lower leg and foot differ.
    """
    row, side = np.nonzero(np.abs(move).max(-1) > CORRECTED)
    if not len(row):
        return poses[1]
    hip, knee, ankle = (positions[row, LEGS[side, part]] for part in range(3))
    hips = poses[1][row, 0]
    locals_ = [poses[1][row, LEGS[side, part]] for part in range(3)]
    thigh = rotations.multiply(hips, locals_[0])
    shin = rotations.multiply(thigh, locals_[1])
    foot = rotations.multiply(shin, locals_[2])
    target = ankle + move[row, side]
    bent, swung = _bend_and_swing(hip, knee, ankle, target, thigh)
    thigh = rotations.multiply(swung, thigh)
    shin = rotations.multiply(swung, rotations.multiply(bent, shin))
    turned = poses[1].copy()
    for part, (parent, child) in enumerate(((hips, thigh), (thigh, shin), (shin, foot))):
        turned[row, LEGS[side, part]] = rotations.multiply(rotations.inverse(parent), child)
    return turned


def _bend_and_swing(
    hip: Array, knee: Array, ankle: Array, target: Array, thigh: Float[Array, "N 4"]
) -> tuple[Float[Array, "N 4"], Float[Array, "N 4"]]:
    """World rotations: of the shin, for the leg's length, and then of all, for its direction."""
    now = np.linalg.norm(ankle - hip, axis=-1)
    longest = np.maximum(now, STRAIGHTEST * (_THIGH + _SHIN))
    wanted = np.linalg.norm(target - hip, axis=-1)
    reach = np.clip(wanted, abs(_THIGH - _SHIN) + 1e-3, longest)
    bend = kinematics.angle_between(_THIGH, _SHIN, reach)
    bend -= kinematics.angle_between(_THIGH, _SHIN, now)
    hinge = rotations.rotate(thigh, np.array([1.0, 0.0, 0.0]))
    axis = rotations.normalise(rotations.cross(knee - hip, ankle - knee) + HINGE * hinge)
    bent = Rotation.from_rotvec(axis * -bend[:, None]).as_quat()
    shin = rotations.rotate(bent, ankle - knee)
    return bent, rotations.swing(knee + shin - hip, target - hip)
