/* Poses bent, enlarged and raised: see `motion/choreography/posing.py`. */

#ifndef BHAVA_POSING_H
#define BHAVA_POSING_H

#include "figures.h"

enum { UPPER = 12, ARM = 3 };

/* Joints of the canonical skeleton: the left and the right one of hips and shoulders; of either arm
   from the shoulder down; of either leg from the hip down; of trunk, head and arms. */
typedef struct {
  int64_t across[2][2], neck, head, collars[2], arms[2][ARM], legs[2][4], upper[UPPER];
  int64_t parents[JOINTS];
} Body;

/* Shares of the bends of trunk and head that each joint takes, and the constants of
   `motion/choreography/posing.py`. */
typedef struct {
  double shares[JOINTS][2], gravity, hanging[2], range[2], free, widest;
} Bending;

/* Forward and down, radians. */
typedef struct {
  double lean, head;
} Posture;

/* An angle above the horizontal, and the axis that raises it. */
typedef struct {
  double elevation;
  Vector axis;
} Arm;

Quaternion enlarged(Quaternion turned, Quaternion middle, double size, double widest);
Posture posture_of(const Body* body, const Vector positions[], Quaternion head);
Arm arm_of(const int64_t joints[ARM], const Vector positions[]);
Quaternion raise_of(const Bending* bending, Arm arm, double angle);

/* Changes world rotations. */
void bend(
    const Body* body, const Bending* bending, const Vector positions[], Posture by,
    Quaternion world[]
);

#endif
