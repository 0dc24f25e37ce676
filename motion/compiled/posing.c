#include "posing.h"

Quaternion enlarged(Quaternion turned, Quaternion middle, double size, double widest) {
  Quaternion away = product(inverse_of(middle), turned);
  if (away.w < 0.0) away = (Quaternion){-away.x, -away.y, -away.z, -away.w};
  double half = acos(within(away.w, -1.0, 1.0)), wanted = fmin(half * size, fmax(half, widest));
  Vector axis = scale(normalised((Vector){away.x, away.y, away.z}), sin(wanted));
  return product(middle, (Quaternion){axis.x, axis.y, axis.z, cos(wanted)});
}

Posture posture_of(const Body* body, const Vector positions[], Quaternion head) {
  Quaternion back = about_y(-heading_of(body->across, positions));
  Vector up = rotated(back, subtract(positions[body->neck], positions[0]));
  Vector ahead = rotated(head, (Vector){0.0, 0.0, 1.0});
  return (Posture){atan2(up.z, up.y), -asin(within(ahead.y, -1.0, 1.0))};
}

Arm arm_of(const int64_t joints[ARM], const Vector positions[]) {
  Vector along = normalised(subtract(positions[joints[2]], positions[joints[0]]));
  Vector flat = {along.x, 0.0, along.z}, up = {0.0, 1.0, 0.0};
  return (Arm){asin(within(along.y, -1.0, 1.0)), normalised(cross_product(flat, up))};
}

/* Arms that hang have no side to be raised to. */
Quaternion raise_of(const Bending* bending, Arm arm, double angle) {
  const double* range = bending->range;
  double freely = ramp(arm.elevation, range[0], bending->free);
  double wanted = within(arm.elevation + angle * freely, range[0], range[1]);
  return about(arm.axis, wanted - arm.elevation);
}

void bend(
    const Body* body, const Bending* bending, const Vector positions[], Posture by,
    Quaternion world[]
) {
  double heading = heading_of(body->across, positions), goes_along[JOINTS];
  Vector lateral = {cos(heading), 0.0 * heading, -sin(heading)};
  for (int joint = 0; joint < JOINTS; joint++) goes_along[joint] = 1.0;
  for (int side = 0; side < 2; side++) {
    const int64_t* arm = body->arms[side];
    Vector along = subtract(positions[arm[2]], positions[arm[0]]);
    double up = along.y / fmax(length_of(along), 1e-6);
    double hangs = ramp(up, bending->hanging[0], bending->hanging[1]);
    for (int part = 0; part < ARM; part++) goes_along[arm[part]] -= bending->gravity * hangs;
  }
  for (int joint = 0; joint < JOINTS; joint++) {
    const double* shares = bending->shares[joint];
    double angle = shares[0] * goes_along[joint] * by.lean + shares[1] * by.head;
    world[joint] = product(about(lateral, angle), world[joint]);
  }
}

/* See `motion.choreography.posing.enlarged`. */
void enlarge(
    ptrdiff_t count, double widest, double size, const Quaternion* turned, const Quaternion* middle,
    Quaternion* larger
) {
  for (ptrdiff_t i = 0; i < count; i++) larger[i] = enlarged(turned[i], middle[i], size, widest);
}

/* See `motion.choreography.posing.posture_of`. */
void postures(
    ptrdiff_t count, const Body* body, const Vector (*positions)[JOINTS], const Quaternion* head,
    Posture* found
) {
  for (ptrdiff_t i = 0; i < count; i++) found[i] = posture_of(body, positions[i], head[i]);
}

/* See `motion.choreography.posing.bowed`; changes world rotations. */
void bow(
    ptrdiff_t count, const Body* body, const Bending* bending, const Vector (*positions)[JOINTS],
    const Posture* by, Quaternion (*world)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++) bend(body, bending, positions[i], by[i], world[i]);
}

/* See `motion.choreography.posing.elevation_of`. */
void elevations(
    ptrdiff_t count, const Body* body, const Vector (*positions)[JOINTS], double (*found)[2]
) {
  for (ptrdiff_t i = 0; i < count; i++)
    for (int side = 0; side < 2; side++)
      found[i][side] = arm_of(body->arms[side], positions[i]).elevation;
}

/* See `motion.choreography.posing.raised`; changes world rotations. */
void raise_arms(
    ptrdiff_t count, const Body* body, const Bending* bending, const Vector (*positions)[JOINTS],
    const double (*angles)[2], Quaternion (*world)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++)
    for (int side = 0; side < 2; side++) {
      const int64_t* joints = body->arms[side];
      Quaternion turn = raise_of(bending, arm_of(joints, positions[i]), angles[i][side]);
      for (int part = 0; part < ARM; part++)
        world[i][joints[part]] = product(turn, world[i][joints[part]]);
    }
}
