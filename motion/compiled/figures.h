/* The canonical skeleton of `motion/skeleton.py`, and legs that reach. */

#ifndef BHAVA_FIGURES_H
#define BHAVA_FIGURES_H

#include "geometry.h"

enum { JOINTS = 21, FEET = 4 };

/* Where the joints of one figure are; `parents` come before their children. Returns whether a
   quaternion is zero. */
int place(
    ptrdiff_t joints, const int64_t parents[], const Vector offsets[], Vector hips,
    const Quaternion local[], Vector positions[], Matrix world[]
);

/* Which way a figure faces; `across` are the left and the right joint of two lines across it. */
static inline double heading_of(const int64_t across[2][2], const Vector positions[]) {
  Vector hips = normalised(subtract(positions[across[0][0]], positions[across[0][1]]));
  Vector shoulders = normalised(subtract(positions[across[1][0]], positions[across[1][1]]));
  return atan2(-(hips.z + shoulders.z), hips.x + shoulders.x);
}

/* Lengths of a leg's bones in metres, and the constants of `motion/leg_reach.py`. */
typedef struct {
  double thigh, shin, straightest, hinge, corrected;
} Leg;

/* Bends a leg so that its foot moves and keeps its world rotation; `at` are its joints from the hip
   down, `local` the local rotations of the figure, which change. */
void reach(
    const Leg* leg, const int64_t at[4], Vector move, const Vector positions[], Quaternion local[]
);

#endif
