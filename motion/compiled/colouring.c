/* What a dancer's past tells, and the look of an emotion: see
   `motion/choreography/live_colouring.py`. */

#include "posing.h"

/* Rotations of all joints and, of those of the upper body, faster ones; height of the hips in
   metres; elevation of the arms, and how far it is from its mean. */
typedef struct {
  Quaternion middle[JOINTS], fast[UPPER];
  double height;
  Posture posture;
  double arms, deviation;
} Means;

/* Seconds over which they are taken. */
typedef struct {
  double middle, fast, height, posture;
} Memory;

/* See `motion.choreography.carriage.numbers_of`. */
typedef struct {
  double share;
  Vector upper;
  double inward, elbow, shrug;
} Carriage;

/* See `motion.choreography.live_colouring.tints`. */
typedef struct {
  Posture by;
  double hands, size, accent, low, bounce;
  Carriage carriage;
} Tint;

/* The constants of `motion/choreography/live_colouring.py`. */
typedef struct {
  double yield, raised[2], overhead[2], bounce[2];
} Limits;

static void take_in(
    Means* means, const Memory* memory, const Body* body, double dt, int begun, double height,
    const Quaternion local[], const Vector positions[], const Matrix world[]
) {
  double least = begun ? 0.0 : 1.0; /* of its first frame a dancer takes all */
  double middle = fmax(least, dt / memory->middle), fast = fmax(least, dt / memory->fast);
  for (int joint = 0; joint < JOINTS; joint++)
    means->middle[joint] = nearer(means->middle[joint], local[joint], middle);
  for (int k = 0; k < UPPER; k++)
    means->fast[k] = nearer(means->fast[k], local[body->upper[k]], fast);
  Posture now = posture_of(body, positions, quaternion_of(&world[body->head]));
  double left = arm_of(body->arms[0], positions).elevation;
  double arms = (left + arm_of(body->arms[1], positions).elevation) / 2.0;
  double share = dt / memory->posture;
  means->height += fmax(least, dt / memory->height) * (height - means->height);
  means->posture.lean += share * (now.lean - means->posture.lean);
  means->posture.head += share * (now.head - means->posture.head);
  means->deviation += share * (fabs(arms - means->arms) - means->deviation);
  means->arms += share * (arms - means->arms);
}

/* See `LiveColouring.observe`; the means go on in place. Returns whether a quaternion is zero. */
int observe(
    ptrdiff_t count, ptrdiff_t frames, double dt, const Memory* memory, const Body* body,
    const Vector* offsets, const Vector* hips, const Quaternion (*local)[JOINTS], uint8_t* begun,
    Means* means, Vector (*positions)[JOINTS]
) {
  int zero = 0;
  for (ptrdiff_t i = 0; i < count; i++, hips += frames, local += frames, positions += frames) {
    Matrix world[JOINTS];
    for (ptrdiff_t frame = 0; frame < frames; frame++)
      zero |=
          place(JOINTS, body->parents, offsets, hips[frame], local[frame], positions[frame], world);
    ptrdiff_t last = frames - 1;
    take_in(
        &means[i], memory, body, dt, begun[i], hips[last].y, local[last], positions[last], world
    );
    begun[i] = 1;
  }
  return zero;
}

/* A share of the way on which a bone that dwells along X comes to dwell along another direction. */
static Quaternion on_the_way(Quaternion dwells, double sign, Vector to, double share) {
  Vector mirrored = {sign * to.x, to.y, to.z};
  Quaternion whole = swing_between(rotated(dwells, (Vector){sign, 0.0, 0.0}), mirrored);
  return between((Quaternion){0.0, 0.0, 0.0, 1.0}, whole, share);
}

/* Where arms dwell is shifted; what departs from it stays. */
static void carry(
    const Body* body, const Quaternion middle[], const Carriage* carriage, Quaternion local[]
) {
  double total = fmax(carriage->share, 1e-6), share = fmin(carriage->share, 1.0);
  double elbow = carriage->elbow / total;
  Vector upper = carriage->upper, bent = {cos(elbow), 0.0 * elbow, sin(elbow)};
  upper = (Vector){upper.x / total, upper.y / total, upper.z / total};
  Quaternion twist = about((Vector){1.0, 0.0, 0.0}, carriage->inward);
  for (int side = 0; side < 2; side++) {
    double sign = side == 0 ? 1.0 : -1.0;
    int64_t collar = body->collars[side], arm = body->arms[side][0], fore = body->arms[side][1];
    Quaternion raised = on_the_way(middle[arm], sign, upper, share);
    Quaternion bend = on_the_way(middle[fore], sign, bent, share);
    local[collar] = product(about((Vector){0.0, 0.0, sign}, carriage->shrug), local[collar]);
    local[arm] = product(product(raised, local[arm]), twist);
    local[fore] = product(bend, local[fore]);
  }
}

/* See `motion.choreography.carriage.carried`; changes local rotations. */
void carry_arms(
    ptrdiff_t count, const Body* body, const Carriage* carriage, const Quaternion (*middle)[JOINTS],
    Quaternion (*local)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++) carry(body, middle[i], carriage, local[i]);
}

/* What whoever is bent so already is to be bent by besides. */
static double missing(double wanted, double own) {
  if (!(wanted * own > 0.0)) return wanted;
  return wanted - copysign(fmin(fabs(own), fabs(wanted)), wanted);
}

static void raise_and_bow(
    const Body* body, const Bending* bending, const Limits* limits, const Means* means,
    const Tint* tint, const Vector positions[], Quaternion world[]
) {
  double angle = within(tint->hands * means->deviation, limits->raised[0], limits->raised[1]);
  for (int side = 0; side < 2; side++) {
    Arm arm = arm_of(body->arms[side], positions);
    /* Overhead an arm has no side to be lowered to: it would swing from one to another. */
    double sure = ramp(arm.elevation, limits->overhead[0], limits->overhead[1]);
    Quaternion turn = raise_of(bending, arm, sure * angle);
    for (int part = 0; part < ARM; part++) {
      Quaternion* own = &world[body->arms[side][part]];
      *own = product(turn, *own);
    }
  }
  Posture by = {
      missing(tint->by.lean, means->posture.lean) / limits->yield,
      missing(tint->by.head, means->posture.head),
  };
  bend(body, bending, positions, by, world);
}

static void colour_pose(
    const Body* body, const Vector* offsets, const Bending* bending, const Limits* limits,
    const Leg* leg, const Means* means, const Tint* tint, const Vector feet[], Vector* hips,
    Quaternion local[]
) {
  double size = exp(tint->size), accent = 1.0 + tint->accent;
  for (int k = 0; k < UPPER; k++) {
    Quaternion *own = &local[body->upper[k]], middle = means->middle[body->upper[k]];
    *own = enlarged(*own, middle, size, bending->widest);
    *own = enlarged(*own, means->fast[k], accent, bending->widest);
  }
  carry(body, means->middle, &tint->carriage, local);
  Vector positions[JOINTS];
  Matrix matrices[JOINTS];
  place(JOINTS, body->parents, offsets, *hips, local, positions, matrices);
  Quaternion world[JOINTS];
  for (int joint = 0; joint < JOINTS; joint++) world[joint] = quaternion_of(&matrices[joint]);
  raise_and_bow(body, bending, limits, means, tint, positions, world);
  local[0] = world[0];
  for (int joint = 1; joint < JOINTS; joint++)
    local[joint] = product(inverse_of(world[body->parents[joint]]), world[joint]);
  double bounce = tint->bounce * (hips->y - means->height);
  hips->y += within(bounce, limits->bounce[0], limits->bounce[1]) -
             fmax(tint->low, 0.0) * (leg->thigh + leg->shin);
  place(JOINTS, body->parents, offsets, *hips, local, positions, matrices);
  for (int side = 0; side < 2; side++) {
    int64_t foot = body->legs[side][2];
    reach(leg, body->legs[side], subtract(feet[foot], positions[foot]), positions, local);
  }
}

static int asks_for_nothing(const Tint* tint) {
  const double* numbers = &tint->by.lean;
  for (size_t k = 0; k < sizeof *tint / sizeof *numbers; k++)
    if (numbers[k] != 0.0) return 0;
  return 1;
}

/* See `LiveColouring.coloured`; changes the poses. */
void colour(
    ptrdiff_t count, ptrdiff_t frames, const Body* body, const Vector* offsets,
    const Bending* bending, const Limits* limits, const Leg* leg, const Means* means,
    const Tint* tints, const Vector (*positions)[JOINTS], Vector* hips, Quaternion (*local)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count * frames; i++) {
    ptrdiff_t dancer = i / frames;
    if (asks_for_nothing(&tints[dancer])) continue;
    colour_pose(
        body, offsets, bending, limits, leg, &means[dancer], &tints[dancer], positions[i], &hips[i],
        local[i]
    );
  }
}
