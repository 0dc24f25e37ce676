/* The canonical skeleton of `motion/skeleton.py`, and legs that reach. */

#ifndef BHAVA_FIGURES_H
#define BHAVA_FIGURES_H

#include "geometry.h"

enum { JOINTS = 21, FEET = 4 };

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
