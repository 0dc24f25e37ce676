/* What is read off figures that move: see `motion/kinematics.py` and `motion/features.py`. */

#include "figures.h"

/* See `motion.kinematics.facing`. */
void facing(
    ptrdiff_t count, ptrdiff_t joints, const int64_t across[2][2], const Vector* positions,
    double* found
) {
  for (ptrdiff_t i = 0; i < count; i++) found[i] = heading_of(across, positions + i * joints);
}

/* See `motion.kinematics.contacts`; `low` and `slow` are how high and how fast `feet` may be. */
void contacts(
    ptrdiff_t count, ptrdiff_t frames, ptrdiff_t joints, ptrdiff_t feet, double dt, double slow,
    const int64_t* standing, const double* low, const Vector* positions, uint8_t* stands
) {
  for (ptrdiff_t i = 0; i < count; i++, positions += frames * joints)
    for (ptrdiff_t frame = 0; frame < frames; frame++)
      for (ptrdiff_t foot = 0; foot < feet; foot++) {
        ptrdiff_t before = frame > 0 ? frame - 1 : frame;
        ptrdiff_t after = frame + 1 < frames ? frame + 1 : frame;
        Vector here = positions[frame * joints + standing[foot]];
        Vector moved = subtract(
            positions[after * joints + standing[foot]], positions[before * joints + standing[foot]]
        );
        double by = after > before ? (double)(after - before) * dt : dt;
        Vector velocity = {moved.x / by, moved.y / by, moved.z / by};
        *stands++ = here.y < low[foot] && length_of(velocity) < slow;
      }
}

/* The same turn by half a circle at most. */
static double shortest(double turn) { return fabs(turn) < PI ? turn : remainder(turn, 2.0 * PI); }

/* See `motion.features.from_clip`; of `joints` those of `turning` are described. Returns whether a
   quaternion is zero. */
int describe(
    ptrdiff_t count, ptrdiff_t frames, ptrdiff_t joints, ptrdiff_t turned, ptrdiff_t feet,
    double fps, const int64_t* turning, const Vector* hips, const Quaternion* local,
    const double* heading, const uint8_t* stands, float* features
) {
  ptrdiff_t width = 4 + 6 * turned + feet;
  int zero = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    float* first = features;
    double whole = 0.0, faced = heading[0]; /* turns by more than half a circle are none */
    for (ptrdiff_t frame = 0; frame < frames; frame++, features += width) {
      if (frame > 0) {
        double step = heading[frame] - heading[frame - 1];
        whole += shortest(step) - step;
        Vector way = scale(subtract(hips[frame], hips[frame - 1]), fps);
        Vector velocity = rotated(about_y(-faced), way);
        double now = heading[frame] + whole;
        features[0] = (float)velocity.x, features[1] = (float)velocity.z;
        features[2] = (float)((now - faced) * fps), faced = now;
      }
      features[3] = (float)hips[frame].y;
      float* column = features + 4;
      for (ptrdiff_t joint = 0; joint < turned; joint++, column += 6) {
        Quaternion q = local[frame * joints + turning[joint]];
        if (joint == 0) q = product(about_y(-faced), q);
        Matrix m = matrix_of(q);
        zero |= is_zero(q);
        for (int k = 0; k < 6; k++) column[k] = (float)m.at[k % 3][k / 3];
      }
      for (ptrdiff_t foot = 0; foot < feet; foot++) column[foot] = *stands++;
    }
    for (int k = 0; k < 3; k++) first[k] = first[width + k];
    hips += frames, local += frames * joints, heading += frames;
  }
  return zero;
}
