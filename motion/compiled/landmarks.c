/* Landmarks of one person put right and turned into bones: see `server/capture/`. */

#include "figures.h"

enum { LANDMARKS = 33, MIDDLES = 5, POINTS = LANDMARKS + MIDDLES };

/* The directions of `server/capture/bones.py`; from the palms on the left before the right. */
enum {
  HIP_LINE,
  SHOULDER_LINE,
  TORSO,
  EAR_LINE,
  NOSE,
  HAND,
  PALM = HAND + 2,
  FOOT = PALM + 2,
  UPPER_ARM = FOOT + 2,
  THIGH = UPPER_ARM + 2,
  FOREARM = THIGH + 2,
  SHIN = FOREARM + 2,
  DIRECTIONS = SHIN + 2
};

/* Landmarks between whose pairs points lie, and from which directions lead to others; of either leg
   hip, knee, ankle, heel and toe. Joints of trunk, arms and legs, from the hips outwards. */
typedef struct {
  int64_t middles[MIDDLES][2], directions[DIRECTIONS][2], seen_legs[2][5];
  int64_t trunk[5], arms[2][4], legs[2][4];
} Rig;

/* The constants of `server/capture/bones.py`. */
typedef struct {
  double straight, natural, hand_twist, shrug;
} Habits;

static const Vector UP = {0.0, 1.0, 0.0};
static const double SIDE[2] = {1.0, -1.0};

/* What is left of a vector, at unit length, after taking out a direction. */
static Vector across(Vector a, Vector along) {
  return normalised(subtract(a, scale(along, inner(a, along))));
}

/* Axes as columns. */
static Matrix axes(Vector x, Vector y, Vector z) {
  return (Matrix){{{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}}};
}

static Matrix frame_nearest(Vector x, Vector y) {
  x = normalised(x), y = across(y, x);
  return axes(x, y, cross_product(x, y));
}

/* Moves a knee that bends backwards onto the line from hip to ankle: depth is the least sure
   coordinate, and a straight leg is often seen to bend the wrong way. */
static void bend_forward(const int64_t leg[5], Vector points[]) {
  Vector hip = points[leg[0]], *knee = &points[leg[1]], foot;
  foot = subtract(points[leg[4]], points[leg[3]]);
  Vector forward = across(foot, normalised(subtract(points[leg[2]], hip)));
  double backward = fmin(inner(subtract(*knee, hip), forward), 0.0);
  *knee = subtract(*knee, scale(forward, backward));
}

/* Where two landmarks coincide, a direction stays as it was before. */
static void find_directions(
    const Rig* rig, int hips_seen, const Vector positions[], Vector directions[]
) {
  Vector points[POINTS];
  for (int i = 0; i < LANDMARKS; i++) points[i] = positions[i];
  for (int i = 0; i < MIDDLES; i++) {
    const int64_t* ends = rig->middles[i];
    points[LANDMARKS + i] = scale(add(positions[ends[0]], positions[ends[1]]), 0.5);
  }
  for (int side = 0; side < 2; side++) bend_forward(rig->seen_legs[side], points);
  for (int i = 0; i < DIRECTIONS; i++) {
    Vector span = subtract(points[rig->directions[i][1]], points[rig->directions[i][0]]);
    double length = length_of(span);
    if (length > 1e-3) directions[i] = (Vector){span.x / length, span.y / length, span.z / length};
  }
  if (hips_seen) return;
  Vector shoulders = directions[SHOULDER_LINE];
  directions[HIP_LINE] = normalised((Vector){shoulders.x, 0.0, shoulders.z});
  directions[TORSO] = UP;
}

/* The axis of an elbow after the shortest swing of the arm out of the T-pose. */
static Vector swung_elbow(const Vector directions[], int side) {
  Vector out = scale(directions[SHOULDER_LINE], SIDE[side]);
  Vector axis = scale(directions[TORSO], -SIDE[side]), arm = directions[UPPER_ARM + side];
  double share = inner(arm, axis) / fmax(1.0 + inner(arm, out), 0.1);
  return subtract(axis, scale(add(arm, out), share));
}

/* The axes about which elbows and knees bend. A bent limb shows its axis. A straight one keeps the
   axis it had, drawn towards what is natural: elbows as if the arm had swung out of the T-pose,
   knees in line with the feet. */
static void find_hinges(const Habits* habits, const Vector directions[], Vector hinges[4]) {
  Vector ahead = cross_product(directions[HIP_LINE], directions[TORSO]);
  for (int limb = 0; limb < 4; limb++) {
    Vector upper = directions[UPPER_ARM + limb], lower = directions[FOREARM + limb];
    Vector natural = limb < 2 ? swung_elbow(directions, limb)
                              : cross_product(add(directions[FOOT + limb - 2], ahead), upper);
    Vector kept = scale(add(hinges[limb], scale(natural, habits->natural)), habits->straight);
    hinges[limb] = across(add(cross_product(upper, lower), kept), upper);
  }
}

/* The spine is half hips, half chest; the neck half chest, half head. */
static void turn_trunk(const Rig* rig, const Vector directions[], Matrix world[]) {
  Vector hips = directions[HIP_LINE], shoulders = directions[SHOULDER_LINE];
  Vector torso = directions[TORSO], ears = directions[EAR_LINE];
  Vector facing = across(directions[NOSE], ears);
  /* The nose of a level head is below its ears. */
  Vector up = subtract(scale(cross_product(facing, ears), 0.97), scale(facing, 0.24));
  world[rig->trunk[0]] = frame_nearest(hips, torso);
  world[rig->trunk[1]] = frame_nearest(add(hips, shoulders), torso);
  world[rig->trunk[2]] = frame_nearest(shoulders, torso);
  world[rig->trunk[3]] = frame_nearest(add(shoulders, ears), add(torso, up));
  world[rig->trunk[4]] = frame_nearest(ears, up);
}

static void turn_arm(
    const Habits* habits, const int64_t arm[4], int side, Vector hinge, const Vector directions[],
    Matrix world[]
) {
  double sign = SIDE[side];
  Vector upper = directions[UPPER_ARM + side], lower = directions[FOREARM + side];
  Vector torso = directions[TORSO], out = scale(hinge, -sign);
  double shrug = fmax(inner(upper, torso), 0.0) * habits->shrug;
  Vector shoulder = add(directions[SHOULDER_LINE], scale(torso, sign * shrug));
  Vector hand = normalised(add(directions[HAND + side], scale(lower, 0.5)));
  Vector palm = across(cross_product(directions[PALM + side], scale(hand, sign)), hand);
  world[arm[0]] = frame_nearest(shoulder, torso);
  world[arm[1]] = frame_nearest(scale(upper, sign), out);
  world[arm[2]] = frame_nearest(scale(lower, sign), add(scale(palm, habits->hand_twist), out));
  world[arm[3]] = frame_nearest(scale(hand, sign), palm);
}

static void turn_leg(
    const int64_t leg[4], int side, Vector hinge, const Vector directions[], Matrix world[]
) {
  Vector lower = directions[SHIN + side], foot = directions[FOOT + side];
  Vector thigh = scale(directions[THIGH + side], -1.0), shin = scale(lower, -1.0);
  Vector across_shin = across(hinge, lower);
  world[leg[0]] = axes(hinge, thigh, cross_product(hinge, thigh));
  world[leg[1]] = axes(across_shin, shin, cross_product(across_shin, shin));
  Vector tilted = cross_product(subtract(UP, lower), foot);
  Vector sideways = across(add(tilted, scale(hinge, 0.3)), foot);
  world[leg[2]] = world[leg[3]] = axes(sideways, cross_product(foot, sideways), foot);
}

/* See `server.capture.bones.BoneFinder.update`; directions and hinges go on in place. */
void find_bones(
    const Rig* rig, const Habits* habits, ptrdiff_t hips_seen, const Vector* positions,
    Vector* directions, Vector* hinges, Matrix* world
) {
  find_directions(rig, (int)hips_seen, positions, directions);
  find_hinges(habits, directions, hinges);
  turn_trunk(rig, directions, world);
  for (int side = 0; side < 2; side++) {
    turn_arm(habits, rig->arms[side], side, hinges[side], directions, world);
    turn_leg(rig->legs[side], side, hinges[2 + side], directions, world);
  }
}

/* Seconds of `server.capture.retarget.Retargeter`. */
typedef struct {
  double hold, ease, take_up;
} Easing;

/* Sine of half the widest turn of a joint out of rest, and its fastest, radians a second. */
typedef struct {
  double widest, fastest;
} Range;

/* Turned back about its own axis to the limit of the joint. */
static Quaternion limited(Quaternion q, double widest) {
  Vector axis = scale((Vector){q.x, q.y, q.z}, q.w < 0.0 ? -1.0 : 1.0);
  axis = scale(axis, fmin(1.0, widest / fmax(length_of(axis), 1e-9)));
  return unit((Quaternion){axis.x, axis.y, axis.z, sqrt(fmax(1.0 - inner(axis, axis), 0.0))});
}

/* Someone at ease who faces where the hips do: the legs hang straight down, however these lean. */
static Quaternion at_ease(int joint, const int64_t thighs[2], Quaternion hips, Quaternion relaxed) {
  double turn = 2.0 * (hips.x * hips.z + hips.w * hips.y);
  Quaternion upright = about_y(atan2(turn, 1.0 - 2.0 * (hips.x * hips.x + hips.y * hips.y)));
  if (joint == 0) return upright;
  return joint == thighs[0] || joint == thighs[1] ? product(inverse_of(hips), upright) : relaxed;
}

/* See `server.capture.retarget.Retargeter._turn`; `evidence` are the landmarks from which each
   joint is read. Trust, seconds hidden and local rotations go on in place. */
void turn_joints(
    double seconds, const Easing* easing, const Range* ranges, const int64_t* parents,
    const int64_t (*evidence)[3], const int64_t thighs[2], const Quaternion* relaxed,
    const uint8_t* visible, const Matrix* world, double* trust, double* hidden, Quaternion* turned
) {
  Quaternion hips = turned[0];
  double eased = 1.0 - pow(0.5, seconds / easing->ease), gained = seconds / easing->take_up;
  for (int joint = 0; joint < JOINTS; joint++) {
    const int64_t* from = evidence[joint];
    int seen = visible[from[0]] && visible[from[1]] && visible[from[2]];
    hidden[joint] = seen ? 0.0 : hidden[joint] + seconds;
    double follow = hidden[joint] > easing->hold ? eased : 0.0;
    Quaternion target = at_ease(joint, thighs, hips, relaxed[joint]);
    if (seen) {
      follow = 1.0 - pow(0.5, seconds / fmax(0.1 * (1.0 - trust[joint]), 1e-4));
      Matrix own = world[joint];
      if (joint > 0) own = transposed_product(&world[parents[joint]], &own);
      target = limited(quaternion_of(&own), ranges[joint].widest);
    }
    trust[joint] = within(trust[joint] + (seen ? gained : -2.0 * gained), 0.0, 1.0);
    double angle = 2.0 * acos(fmin(fabs(inner4(turned[joint], target)), 1.0));
    double fastest = ranges[joint].fastest * seconds / fmax(angle, 1e-6);
    turned[joint] = nearer(turned[joint], target, fmin(follow, fastest));
  }
}

/* See `server.capture.filters.LandmarkFilter._admit`. */
void admit(
    double farthest, double shown_from, double hidden_below, const Vector* landmarks,
    const double* visibility, uint8_t* shown, Vector* positions
) {
  for (int i = 0; i < LANDMARKS; i++) {
    Vector here = {landmarks[i].x, -landmarks[i].y, -landmarks[i].z};
    /* False of what is no number, too. */
    int sound = fabs(here.x) < farthest && fabs(here.y) < farthest && fabs(here.z) < farthest;
    shown[i] = sound && visibility[i] > (shown[i] ? hidden_below : shown_from);
    positions[i] = sound ? here : (Vector){0.0, 0.0, 0.0};
  }
}

/* Hertz at rest, hertz per metre a second, and of the low-pass on the velocity; seconds unseen
   after which a landmark starts anew. */
typedef struct {
  double cutoff, slope, speed_cutoff, gap;
} OneEuro;

/* The share of the new value that a low-pass of a cutoff in hertz takes in. */
static double gain_of(double cutoff, double seconds) {
  double turns = 2.0 * PI * cutoff * seconds;
  return turns / (turns + 1.0);
}

/* See `server.capture.filters.OneEuro.update`; the last three go on in place. */
void smooth_landmarks(
    double seconds, const OneEuro* filter, const Vector* found, const uint8_t* visible,
    double* unseen, Vector* velocities, Vector* positions
) {
  for (int i = 0; i < LANDMARKS; i++) {
    int anew = unseen[i] > filter->gap;
    double passed = fmin(unseen[i], filter->gap) + seconds;
    unseen[i] = visible[i] ? 0.0 : unseen[i] + seconds;
    if (!visible[i]) continue;
    Vector moved = subtract(found[i], positions[i]), eased = velocities[i];
    Vector velocity = {moved.x / passed, moved.y / passed, moved.z / passed};
    if (anew) velocity = (Vector){0.0, 0.0, 0.0};
    Vector change = scale(subtract(velocity, eased), gain_of(filter->speed_cutoff, passed));
    velocities[i] = eased = add(eased, change);
    double cutoff = filter->cutoff + filter->slope * length_of(eased);
    positions[i] = add(positions[i], scale(moved, anew ? 1.0 : gain_of(cutoff, passed)));
  }
}

/* Metres, and metres a second besides, that a landmark may move; seconds after which a leap is
   believed. */
typedef struct {
  double slack, speed, lasts;
} Leaps;

/* See `server.capture.filters.JumpFilter.update`; what was doubted and what is visible go on in
   place. Returns whether this is someone else. */
int doubt_leaps(
    double seconds, const Leaps* leaps, const Vector* positions, const Vector* known,
    double* doubted, uint8_t* visible
) {
  int leapt[LANDMARKS], leaping = 0, seen = 0;
  for (int i = 0; i < LANDMARKS; i++) {
    Vector moved = subtract(positions[i], known[i]);
    double limit = leaps->slack + leaps->speed * (seconds + doubted[i]);
    leapt[i] = visible[i] && inner(moved, moved) > limit * limit;
    leaping += leapt[i], seen += visible[i];
  }
  int other = 2 * leaping > seen;
  for (int i = 0; i < LANDMARKS; i++) {
    int doubt = !other && leapt[i] && doubted[i] < leaps->lasts;
    doubted[i] = doubt ? doubted[i] + seconds : 0.0;
    if (doubt) visible[i] = 0;
  }
  return other;
}

/* Metres of mean distance, and metres a second besides, below which nothing has flipped; how much
   smaller the squared distance must be with the mistake undone; seconds after which it is believed.
 */
typedef struct {
  double apart, speed, better, lasts;
} Flips;

enum { AS_IT_IS, SWAPPED, INSIDE_OUT, LIMBS_SWAPPED, READINGS };

/* Where a landmark is in a reading, and whether it is visible. */
static int read_landmark(
    int reading, int i, const int64_t mirror[], const int64_t limbs[], const Vector positions[],
    const uint8_t visible[], Vector* where
) {
  int64_t from = reading == AS_IT_IS || (reading == LIMBS_SWAPPED && !limbs[i]) ? i : mirror[i];
  *where = positions[from];
  if (reading == INSIDE_OUT) where->z = -where->z;
  return visible[from];
}

/* See `server.capture.filters.FlipFilter.update`; `groups` tells the upper from the lower body.
   Seconds flipped, positions and what is visible go on in place. Returns whether a swap is
   believed. */
int undo_flips(
    double seconds, const Flips* flips, const int64_t* mirror, const int64_t* groups,
    const int64_t* limbs, const Vector* known, double flipped[2], Vector* positions,
    uint8_t* visible
) {
  double distances[READINGS][2] = {{0.0}}, counts[READINGS][2] = {{0.0}};
  Vector where;
  for (int reading = 0; reading < READINGS; reading++)
    for (int i = 0; i < LANDMARKS; i++) {
      if (!read_landmark(reading, i, mirror, limbs, positions, visible, &where)) continue;
      Vector moved = subtract(where, known[i]);
      distances[reading][groups[i]] += inner(moved, moved), counts[reading][groups[i]]++;
    }
  int chosen[2], believed = 0;
  double apart = flips->apart + flips->speed * seconds;
  for (int group = 0; group < 2; group++) {
    double found[READINGS];
    int best = AS_IT_IS;
    for (int reading = 0; reading < READINGS; reading++) {
      found[reading] = distances[reading][group] / fmax(counts[reading][group], 1.0);
      if (found[reading] < found[best]) best = reading;
    }
    int fits = found[best] < flips->better * found[AS_IT_IS];
    chosen[group] = fits && found[AS_IT_IS] > apart * apart ? best : AS_IT_IS;
    flipped[group] = chosen[group] == AS_IT_IS ? 0.0 : flipped[group] + seconds;
    believed |= flipped[group] > flips->lasts;
  }
  if (believed) {
    flipped[0] = flipped[1] = 0.0;
    return 1;
  }
  Vector right[LANDMARKS];
  uint8_t seen[LANDMARKS];
  for (int i = 0; i < LANDMARKS; i++)
    seen[i] =
        (uint8_t)read_landmark(chosen[groups[i]], i, mirror, limbs, positions, visible, &right[i]);
  for (int i = 0; i < LANDMARKS; i++) positions[i] = right[i], visible[i] = seen[i];
  return 0;
}

/* See `server.capture.landmarks.image_scale`. */
double image_scale(ptrdiff_t count, const Vector* world, const double (*image)[2]) {
  double middle[4] = {0.0}, agreement = 0.0, square = 0.0;
  for (ptrdiff_t i = 0; i < count; i++) {
    middle[0] += world[i].x, middle[1] += world[i].y;
    middle[2] += image[i][0], middle[3] += image[i][1];
  }
  for (int k = 0; k < 4; k++) middle[k] /= (double)count;
  for (ptrdiff_t i = 0; i < count; i++) {
    double x = world[i].x - middle[0], y = world[i].y - middle[1];
    agreement += x * (image[i][0] - middle[2]) + y * (image[i][1] - middle[3]);
    square += x * x + y * y;
  }
  return agreement / fmax(square, 1e-9);
}
