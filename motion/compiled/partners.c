/* What partners' frames go through, one partner after the other: see `motion/partner/`. */

#include "figures.h"

/* A frame of features, see `motion.features.Layout`. */
typedef struct {
  double along_x, along_z, turn_rate, hips_height;
  Vector columns[JOINTS][2];
  double contacts[FEET];
} Frame;

enum { WIDTH = sizeof(Frame) / sizeof(double) };

static double angle_of(double radians) { return atan2(sin(radians), cos(radians)); }

/* See `motion.partner.smoothing.accents`; a window is a frame amid its neighbours. */
void accents(
    ptrdiff_t count, ptrdiff_t taps, double fps, const double range[2], const Frame* windows,
    double (*found)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++, windows += taps) {
    const Frame* middle = windows + taps / 2;
    for (int joint = 0; joint < JOINTS; joint++) {
      double slowest = INFINITY;
      for (const Frame* frame = middle; frame <= middle + 1; frame++) {
        Vector x = subtract(frame->columns[joint][0], (frame - 1)->columns[joint][0]);
        Vector y = subtract(frame->columns[joint][1], (frame - 1)->columns[joint][1]);
        /* A turn by a small angle moves both columns by as much, where it is across the axis. */
        slowest = fmin(slowest, sqrt(inner(x, x) + inner(y, y)) / sqrt(2.0) * fps);
      }
      found[i][joint] = ramp(slowest, range[0], range[1]);
    }
  }
}

/* See `motion.partner.smoothing.smooth`. */
void smooth(
    ptrdiff_t count, ptrdiff_t taps, const double kernel[], const double (*accents)[JOINTS],
    const double (*windows)[WIDTH], double (*smoothed)[WIDTH]
) {
  const int first = offsetof(Frame, columns) / sizeof(double), last = first + 6 * JOINTS;
  for (ptrdiff_t i = 0; i < count; i++, windows += taps) {
    double mean = 0.0;
    for (int joint = 0; joint < JOINTS; joint++) mean += accents[i][joint] / JOINTS;
    for (int k = 0; k < WIDTH; k++) {
      double steady = 0.0, kept = k < first || k >= last ? mean : accents[i][(k - first) / 6];
      for (ptrdiff_t tap = 0; tap < taps; tap++) steady += kernel[tap] * windows[tap][k];
      smoothed[i][k] = steady + kept * (windows[taps / 2][k] - steady);
    }
  }
}

typedef struct {
  double walking, resting, walk, likes, must;
} Facing;

/* See `motion.partner.stage_bounds.face`; changes the frames. */
void face(
    ptrdiff_t count, double standing_share, const Facing* facing, const Vector* root,
    const double* heading, Frame* frames
) {
  for (ptrdiff_t i = 0; i < count; i++, frames++) {
    if (isnan(heading[i])) continue;
    /* A step turns the figure cheaply; on two standing feet the foot lock would twist the legs. */
    const double* stands = frames->contacts;
    double both = fmin(fmax(stands[0], stands[1]), fmax(stands[2], stands[3]));
    double free = within(1.0 - both, standing_share, 1.0);
    double along = hypot(frames->along_x, frames->along_z);
    double rate = facing->walking;
    rate += (facing->resting - facing->walking) * ramp(along, facing->walk, 0.0);
    double away = angle_of(root[i].z - heading[i]);
    double turn = rate * free * ramp(fabs(away), facing->likes, facing->must);
    frames->turn_rate -= away > 0.0 ? turn : -turn;
  }
}

/* How near the edge of the stage: 0 where all is free, 1 from the edge on. */
static double edge(double distance, double radius, double free_share) {
  return within((distance / radius - free_share) / (1.0 - free_share), 0.0, 1.0);
}

typedef struct {
  double free_share, curvature, turn_rate;
} Bounds;

/* See `motion.partner.stage_bounds.bend_inwards`; changes the frames. */
void bend_inwards(
    ptrdiff_t count, const Bounds* bounds, const Vector* root, const double* radius, Frame* frames
) {
  for (ptrdiff_t i = 0; i < count; i++, frames++) {
    double x = root[i].x, z = root[i].y, sine = sin(root[i].z), cosine = cos(root[i].z);
    double distance = hypot(x, z), by = fmax(distance, 1e-6);
    double outward_x = cosine * (x / by) - sine * (z / by);
    double outward_z = sine * (x / by) + cosine * (z / by);
    double along_x = frames->along_x, along_z = frames->along_z, speed = hypot(along_x, along_z);
    double away = (along_x * outward_x + along_z * outward_z) / fmax(speed, 1e-6);
    /* A path straight outwards turns the most, the shorter way round; one that leads back in is
       left alone. The speed stays the model's: steps that were slowed would slide. */
    double turn = fmin(bounds->curvature * speed, bounds->turn_rate) * (1.0 + away) / 2.0;
    turn *= edge(distance, radius[i], bounds->free_share);
    frames->turn_rate += along_x * outward_z >= along_z * outward_x ? turn : -turn;
  }
}

/* See `motion.partner.stage_bounds.hold_back`; changes the places, x and z of each. */
void hold_back(
    ptrdiff_t count, double return_by, double free_share, const double (*before)[2],
    const double* radius, double (*place)[2]
) {
  for (ptrdiff_t i = 0; i < count; i++) {
    double distance = hypot(before[i][0], before[i][1]), by = fmax(distance, 1e-6);
    double x = before[i][0] / by, z = before[i][1] / by;
    /* What a turn does not prevent: only the outward part of the way is taken away, so that a path
       along the edge is free, and who is outside is drawn in at a rate and not set back. */
    double out = (place[i][0] - before[i][0]) * x + (place[i][1] - before[i][1]) * z;
    double leaving = fmax(out, 0.0) * edge(distance, radius[i], free_share);
    leaving += return_by * fmax(distance - radius[i], 0.0);
    place[i][0] -= leaving * x, place[i][1] -= leaving * z;
  }
}

/* See `motion.partner.inertialisation.decay`; offsets and rates go on in place. */
void decay(ptrdiff_t count, double half_life, double dt, double* x, double* v) {
  double y = 2.0 * log(2.0) / half_life, fade = exp(-y * dt);
  for (ptrdiff_t i = 0; i < count; i++) {
    double j = v[i] + x[i] * y;
    x[i] = fade * (x[i] + j * dt), v[i] = fade * (v[i] - j * y * dt);
  }
}

static Vector turn_between(Quaternion a, Quaternion b) {
  return rotation_vector_of(product(b, inverse_of(a)));
}

/* See `motion.partner.inertialisation.Inertialiser.add_offsets`: the offsets of the hips and of
   each joint, and their rates, fade in place; the poses take them on. `earlier` and `later` are the
   motions' rotations in the two frames before; `earlier` becomes those of the frame before. */
void add_offsets(
    ptrdiff_t count, double dt, double half_life, double fastest, double negligible,
    Vector (*away)[1 + JOINTS], Vector (*rate)[1 + JOINTS], Quaternion (*earlier)[JOINTS],
    const Quaternion (*later)[JOINTS], Vector* hips, Quaternion (*turned)[JOINTS]
) {
  double least = cos(0.5 * fastest * dt);
  for (ptrdiff_t i = 0; i < count; i++) {
    double most = 0.0;
    for (int joint = 0; joint < JOINTS; joint++) {
      Quaternion before = later[i][joint], now = turned[i][joint];
      if (fabs(inner4(now, before)) < least) {
        /* A cut: the new motion counts as at rest, for its velocity before is not known. The joint
           keeps the velocity with which it was shown, that of the old motion and of its offset. */
        Vector *own = &away[i][1 + joint], *rate_of = &rate[i][1 + joint];
        *own = turn_between(now, product(rotation_of(*own), before));
        Vector turn = turn_between(earlier[i][joint], before);
        *rate_of = add(*rate_of, (Vector){turn.x / dt, turn.y / dt, turn.z / dt});
        before = now;
      }
      earlier[i][joint] = before;
    }
    decay(3 * (1 + JOINTS), half_life, dt, &away[i][0].x, &rate[i][0].x);
    for (int part = 0; part <= JOINTS; part++)
      most = fmax(most, fmax(largest(away[i][part]), largest(rate[i][part])));
    if (most == 0.0) continue;
    if (most < negligible) {
      for (int part = 0; part <= JOINTS; part++)
        away[i][part] = rate[i][part] = (Vector){0.0, 0.0, 0.0};
      continue;
    }
    hips[i] = add(hips[i], away[i][0]);
    for (int joint = 0; joint < JOINTS; joint++)
      turned[i][joint] = product(rotation_of(away[i][1 + joint]), turned[i][joint]);
  }
}

typedef struct {
  double claim[2], height[2], even;
} Bearing;

/* See `motion.partner.grounding.Grounding.root_shift`; `velocity` of each figure along x and z goes
   on in place. */
void root_shift(
    ptrdiff_t count, double dt, double keep, const Bearing* bearing, const int64_t feet[FEET],
    const double rest[FEET], const Vector (*positions)[JOINTS], const Vector (*before)[JOINTS],
    const double (*claimed)[FEET], double (*velocity)[2]
) {
  for (ptrdiff_t i = 0; i < count; i++) {
    double x = 0.0, z = 0.0, sum = 0.0, most = 0.0;
    for (int foot = 0; foot < FEET; foot++) {
      Vector here = positions[i][feet[foot]], moved = subtract(here, before[i][feet[foot]]);
      double slide_x = moved.x / dt, slide_z = moved.z / dt;
      double bears = ramp(claimed[i][foot], bearing->claim[0], bearing->claim[1]);
      bears *= ramp(here.y - rest[foot], bearing->height[0], bearing->height[1]);
      /* The slower of two supporting feet counts more. Shares are smooth in all of this, and the
         velocity too, so that the weight goes over from foot to foot without a jolt. */
      double slow = slide_x * slide_x + slide_z * slide_z + bearing->even * bearing->even;
      double weight = bears / slow;
      x += weight * slide_x, z += weight * slide_z, sum += weight, most = fmax(most, bears);
    }
    double by = -most / fmax(sum, 1e-9);
    velocity[i][0] = by * x + (velocity[i][0] - by * x) * keep;
    velocity[i][1] = by * z + (velocity[i][1] - by * z) * keep;
  }
}

typedef struct {
  double low, slow, reluctance, homeward, longest, clearance, pace[2], floor;
} Hold;

/* Whether a joint stands: as `motion.kinematics.contacts` has it, reluctant to change. Where the
   model gives contact, it may be faster by as much again. */
static int stands(
    const Hold* hold, int stood, Vector here, double speed, double rest, double claimed
) {
  double ease = stood ? hold->reluctance : 1.0;
  return here.y < rest + ease * hold->low &&
         speed < (ease + within(claimed, 0.0, 1.0)) * hold->slow;
}

/* How far to move toes from where the motion has them; their offset goes on in place. */
static Vector toe_displacement(
    const Hold* hold, Vector toes, Vector step, double claimed, double dt, Vector* offset
) {
  /* Not on or off, which would pop: how far a foot is held goes from 1 to 0 as it gets faster,
     higher, or farther from the motion. A held foot takes the motion's step back. */
  double way = length_of(step), low = ramp(toes.y - hold->floor, 2.0 * hold->low, hold->low);
  double pace = way / dt / ((1.0 + within(claimed, 0.0, 1.0)) * hold->slow);
  double away = length_of(*offset) / hold->longest;
  double held = low * ramp(pace, hold->pace[0], hold->pace[1]) * ramp(away, 1.0, 0.5);
  /* The offset decays by metres travelled, not by seconds: who stands for long does not creep. */
  double home = pow(0.5, (1.0 - held) * way / hold->homeward);
  offset->x = (offset->x - held * step.x) * home;
  offset->y *= home;
  offset->z = (offset->z - held * step.z) * home;
  /* Height is corrected by itself and remembered nowhere: the floor is where it is. */
  double raised = hold->clearance * low * ramp(pace, hold->pace[0], 3.0 * hold->pace[0]);
  return (Vector){offset->x, fmax(raised, hold->floor - toes.y), offset->z};
}

/* See `motion.partner.foot_lock.FootLock.lock_feet`; `feet` are ankle and toes of the left and the
   right foot. What stood, the offsets and the local rotations change in place. */
void lock_feet(
    ptrdiff_t count, double dt, const Hold* hold, const Leg* leg, const int64_t (*legs)[4],
    const int64_t feet[FEET], const double rest[FEET], const Vector (*positions)[JOINTS],
    const Vector (*before)[JOINTS], const double (*claimed)[FEET], uint8_t (*stood)[FEET],
    Vector (*offset)[2], Quaternion (*local)[JOINTS]
) {
  for (ptrdiff_t i = 0; i < count; i++)
    for (int foot = 0; foot < FEET; foot++) {
      Vector here = positions[i][feet[foot]], step = subtract(here, before[i][feet[foot]]);
      double speed = length_of(step) / dt, claim = claimed[i][foot];
      stood[i][foot] = (uint8_t)stands(hold, stood[i][foot], here, speed, rest[foot], claim);
      /* Toes decide, for a foot turns on them: the heel rises in every step while they stand. */
      int side = foot / 2;
      if (foot % 2 == 0) continue;
      Vector move = toe_displacement(hold, here, step, claim, dt, &offset[i][side]);
      reach(leg, legs[side], move, positions[i], local[i]);
    }
}

/* See `motion.partner.drift.distortion`. */
void distortion(ptrdiff_t count, const Frame* frames, double* found) {
  for (ptrdiff_t i = 0; i < count; i++) {
    double sum = 0.0;
    for (int joint = 0; joint < JOINTS; joint++) {
      Vector x = frames[i].columns[joint][0], y = frames[i].columns[joint][1];
      double long_x = inner(x, x) - 1.0, long_y = inner(y, y) - 1.0, slant = inner(x, y);
      sum += long_x * long_x + long_y * long_y + slant * slant;
    }
    found[i] = sqrt(sum / (3 * JOINTS));
  }
}
