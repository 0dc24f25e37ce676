/* Figures, one after the other: where their joints are, and legs that reach. */

#include "figures.h"

int place(
    ptrdiff_t joints, const int64_t parents[], const Vector offsets[], Vector hips,
    const Quaternion local[], Vector positions[], Matrix world[]
) {
  int zero = is_zero(local[0]);
  positions[0] = hips, world[0] = matrix_of(local[0]);
  for (ptrdiff_t joint = 1; joint < joints; joint++) {
    const Matrix *parent = &world[parents[joint]], own = matrix_of(local[joint]);
    positions[joint] = add(positions[parents[joint]], turned_by(parent, offsets[joint]));
    world[joint] = matrix_product(parent, &own), zero |= is_zero(local[joint]);
  }
  return zero;
}

/* See `motion.kinematics.world_matrices`. Returns whether a quaternion is zero. */
int place_joints(
    ptrdiff_t count, ptrdiff_t joints, const int64_t* parents, const Vector* offsets,
    const Vector* hips, const Quaternion* local, Vector* positions, Matrix* world
) {
  int zero = 0;
  for (ptrdiff_t i = 0; i < count; i++, local += joints, positions += joints, world += joints)
    zero |= place(joints, parents, offsets, hips[i], local, positions, world);
  return zero;
}

/* World rotations: the shin's, for the leg's length, then the leg's, for its direction. */
static void bend_and_swing(
    const Leg* leg, Vector hip, Vector knee, Vector ankle, Vector target, Quaternion thigh,
    Quaternion* bent, Quaternion* swung
) {
  /* Two steps: the knee's angle alone gives the leg its length, by the law of cosines; then the
     whole leg swings to the target. A leg that the motion stretches further keeps its length. */
  double now = length_of(subtract(ankle, hip)), wanted = length_of(subtract(target, hip));
  double longest = fmax(now, leg->straightest * (leg->thigh + leg->shin));
  double reach = fmin(fmax(wanted, fabs(leg->thigh - leg->shin) + 1e-3), longest);
  double bend =
      angle_between(leg->thigh, leg->shin, reach) - angle_between(leg->thigh, leg->shin, now);
  /* The bend shows its axis the worse the straighter the leg is; the knee's own axis steadies it.
   */
  Vector hinge = rotated(thigh, (Vector){1.0, 0.0, 0.0}), shin = subtract(ankle, knee);
  Vector axis = normalised(add(cross_product(subtract(knee, hip), shin), scale(hinge, leg->hinge)));
  *bent = rotation_of(scale(axis, -bend));
  *swung = swing_between(subtract(add(knee, rotated(*bent, shin)), hip), subtract(target, hip));
}

void reach(
    const Leg* leg, const int64_t at[4], Vector move, const Vector positions[], Quaternion local[]
) {
  if (!(largest(move) > leg->corrected)) return;
  Quaternion thigh = product(local[0], local[at[0]]), shin = product(thigh, local[at[1]]);
  Quaternion foot = product(shin, local[at[2]]), bent, swung;
  Vector hip = positions[at[0]], knee = positions[at[1]], ankle = positions[at[2]];
  bend_and_swing(leg, hip, knee, ankle, add(ankle, move), thigh, &bent, &swung);
  thigh = product(swung, thigh);
  shin = product(swung, product(bent, shin));
  local[at[0]] = product(inverse_of(local[0]), thigh);
  local[at[1]] = product(inverse_of(thigh), shin);
  local[at[2]] = product(inverse_of(shin), foot);
}

/* See `motion.leg_reach.reach_legs`; `legs` are the joints of both legs, from the hip down to the
   toes. Changes `local`. */
void reach_legs(
    ptrdiff_t count, const Leg* leg, const int64_t (*legs)[4], const Vector (*move)[2],
    const Vector (*positions)[JOINTS], Quaternion (*local)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++)
    for (int side = 0; side < 2; side++)
      reach(leg, legs[side], move[i][side], positions[i], local[i]);
}
