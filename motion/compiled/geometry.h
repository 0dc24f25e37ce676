/* Vectors, quaternions and matrices, in double precision, as `motion/rotations.py` has them in
   arrays. Sums keep the order in which they are written: the same bits for one figure and for many,
   and on every machine of one architecture. */

#ifndef BHAVA_GEOMETRY_H
#define BHAVA_GEOMETRY_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Not fmin and fmax, which would make a bound of what is no number. */
static inline double within(double value, double least, double most) {
  return value < least ? least : value > most ? most : value;
}

/* How far a value is from `none` to `full`, in [0, 1]. */
static inline double ramp(double value, double none, double full) {
  return within((value - none) / (full - none), 0.0, 1.0);
}

static const double PI = 3.14159265358979323846;

typedef struct {
  double x, y, z;
} Vector;

/* Rotations, unless said otherwise of unit length. */
typedef struct {
  double x, y, z, w;
} Quaternion;

/* Entries by row and column. */
typedef struct {
  double at[3][3];
} Matrix;

static inline Vector add(Vector a, Vector b) { return (Vector){a.x + b.x, a.y + b.y, a.z + b.z}; }

static inline Vector subtract(Vector a, Vector b) {
  return (Vector){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline Vector scale(Vector v, double by) { return (Vector){v.x * by, v.y * by, v.z * by}; }

static inline double inner(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

/* The largest component by its size. */
static inline double largest(Vector v) { return fmax(fmax(fabs(v.x), fabs(v.y)), fabs(v.z)); }

static inline double length_of(Vector v) { return sqrt(inner(v, v)); }

static inline Vector normalised(Vector v) {
  double by = fmax(length_of(v), 1e-9);
  return (Vector){v.x / by, v.y / by, v.z / by};
}

static inline Vector cross_product(Vector a, Vector b) {
  return (Vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static inline Quaternion inverse_of(Quaternion q) { return (Quaternion){-q.x, -q.y, -q.z, q.w}; }

/* First rotates by `b`, then by `a`. */
static inline Quaternion product(Quaternion a, Quaternion b) {
  return (Quaternion){
      a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
      a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
      a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
      a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
  };
}

static inline double inner4(Quaternion a, Quaternion b) {
  return a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w;
}

static inline Quaternion unit(Quaternion q) {
  double by = fmax(sqrt(inner4(q, q)), 1e-9);
  return (Quaternion){q.x / by, q.y / by, q.z / by, q.w / by};
}

static inline Vector rotated(Quaternion q, Vector v) {
  Vector axis = {q.x, q.y, q.z};
  Vector t = scale(cross_product(axis, v), 2.0);
  return add(add(v, scale(t, q.w)), cross_product(axis, t));
}

static inline int is_zero(Quaternion q) {
  return q.x == 0.0 && q.y == 0.0 && q.z == 0.0 && q.w == 0.0;
}

/* Of a quaternion of any length but zero. */
static inline Matrix matrix_of(Quaternion q) {
  double by = sqrt(2.0 / inner4(q, q));
  double x = q.x * by, y = q.y * by, z = q.z * by, w = q.w * by;
  return (Matrix){{
      {1.0 - (y * y + z * z), x * y - z * w, x * z + y * w},
      {x * y + z * w, 1.0 - (x * x + z * z), y * z - x * w},
      {x * z - y * w, y * z + x * w, 1.0 - (x * x + y * y)},
  }};
}

static inline Matrix matrix_product(const Matrix* a, const Matrix* b) {
  Matrix c;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      c.at[i][j] =
          a->at[i][0] * b->at[0][j] + a->at[i][1] * b->at[1][j] + a->at[i][2] * b->at[2][j];
  return c;
}

/* The first is transposed. */
static inline Matrix transposed_product(const Matrix* a, const Matrix* b) {
  Matrix c;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      c.at[i][j] =
          a->at[0][i] * b->at[0][j] + a->at[1][i] * b->at[1][j] + a->at[2][i] * b->at[2][j];
  return c;
}

static inline Vector turned_by(const Matrix* m, Vector v) {
  return (Vector){
      m->at[0][0] * v.x + m->at[0][1] * v.y + m->at[0][2] * v.z,
      m->at[1][0] * v.x + m->at[1][1] * v.y + m->at[1][2] * v.z,
      m->at[2][0] * v.x + m->at[2][1] * v.y + m->at[2][2] * v.z,
  };
}

/* S. W. Shepperd, "Quaternion from Rotation Matrix", 1978: every row of the outer product of the
   quaternion with itself is the quaternion, scaled; the largest row loses no digits. */
static inline Quaternion quaternion_of(const Matrix* m) {
  double both = m->at[0][0] + m->at[1][1], apart = m->at[0][0] - m->at[1][1];
  double more = 1.0 + m->at[2][2], less = 1.0 - m->at[2][2];
  double xx = less + apart, yy = less - apart, zz = more - both, ww = more + both;
  double xw = m->at[2][1] - m->at[1][2], yw = m->at[0][2] - m->at[2][0];
  double zw = m->at[1][0] - m->at[0][1], xy = m->at[1][0] + m->at[0][1];
  double xz = m->at[0][2] + m->at[2][0], yz = m->at[2][1] + m->at[1][2];
  Quaternion q = {xx, xy, xz, xw};
  double largest = xx;
  if (yy > largest) largest = yy, q = (Quaternion){xy, yy, yz, yw};
  if (zz > largest) largest = zz, q = (Quaternion){xz, yz, zz, zw};
  if (ww > largest) q = (Quaternion){xw, yw, zw, ww};
  double by = copysign(1.0 / sqrt(inner4(q, q)), q.w);
  return (Quaternion){q.x * by, q.y * by, q.z * by, q.w * by};
}

/* The frame whose first axis is `x` and whose second is nearest to `y`, as columns, by
   Gram-Schmidt; without a plane the identity. */
static inline Matrix frame_of(Vector x, Vector y) {
  x = normalised(x);
  Vector z = cross_product(x, y);
  double span = length_of(z), by = fmax(span, 1e-12);
  if (!(span > 1e-9)) return (Matrix){{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 1.0}}};
  z = (Vector){z.x / by, z.y / by, z.z / by};
  y = cross_product(z, x);
  return (Matrix){{{x.x, y.x, z.x}, {x.y, y.y, z.y}, {x.z, y.z, z.z}}};
}

/* By an angle about a unit axis. */
static inline Quaternion about(Vector axis, double angle) {
  Vector v = scale(axis, sin(angle / 2.0));
  return (Quaternion){v.x, v.y, v.z, cos(angle / 2.0)};
}

static inline Quaternion about_y(double angle) { return about((Vector){0.0, 1.0, 0.0}, angle); }

/* F. S. Grassia, "Practical Parameterization of Rotations Using the Exponential Map", 1998. */
static inline Quaternion rotation_of(Vector v) {
  double angle = length_of(v), half = 0.5 * angle;
  double by = angle > 0.0 ? 0.5 * (sin(half) / half) : 0.5;
  return (Quaternion){by * v.x, by * v.y, by * v.z, cos(half)};
}

static inline Vector rotation_vector_of(Quaternion q) {
  Vector axis = {q.x, q.y, q.z};
  double sine = length_of(axis);
  double gain = sine > 1e-12 ? 2.0 * atan2(sine, fabs(q.w)) / sine : 2.0;
  return scale(axis, copysign(gain, q.w));
}

/* The smallest rotation that turns one direction into another; opposite ones turn by half a circle
   about an axis normal to them. */
static inline Quaternion swing_between(Vector a, Vector b) {
  a = normalised(a), b = normalised(b);
  double w = 1.0 + inner(a, b);
  Vector axis = cross_product(a, b);
  if (w < 1e-6) {
    Vector across = fabs(a.x) < 0.9 ? (Vector){1.0, 0.0, 0.0} : (Vector){0.0, 1.0, 0.0};
    axis = cross_product(a, across), w = 0.0;
  }
  return unit((Quaternion){axis.x, axis.y, axis.z, w});
}

/* A share of the shorter arc from one rotation to another; K. Shoemake, "Animating Rotation with
   Quaternion Curves", 1985. */
static inline Quaternion between(Quaternion a, Quaternion b, double share) {
  double cosine = inner4(a, b), sign = cosine < 0.0 ? -1.0 : 1.0;
  double angle = acos(fmin(fabs(cosine), 1.0)), sine = sin(angle);
  double from_a = 1.0 - share, from_b = share;
  if (sine >= 1e-6) from_a = sin((1.0 - share) * angle) / sine, from_b = sin(share * angle) / sine;
  from_b *= sign;
  return unit((Quaternion){
      from_a * a.x + from_b * b.x,
      from_a * a.y + from_b * b.y,
      from_a * a.z + from_b * b.z,
      from_a * a.w + from_b * b.w,
  });
}

/* A share of the way from one rotation to another, on the shorter arc: cheap, and even enough for
   the small turns of one frame. */
static inline Quaternion nearer(Quaternion mean, Quaternion to, double share) {
  double side = inner4(mean, to) < 0.0 ? -1.0 : 1.0;
  return unit((Quaternion){
      mean.x + share * (side * to.x - mean.x),
      mean.y + share * (side * to.y - mean.y),
      mean.z + share * (side * to.z - mean.z),
      mean.w + share * (side * to.w - mean.w),
  });
}

/* The angle between two sides of a triangle, by the law of cosines; out of reach 0 or a half turn.
 */
static inline double angle_between(double a, double b, double opposite) {
  double cosine = (a * a + b * b - opposite * opposite) / (2.0 * a * b);
  return acos(fmin(fmax(cosine, -1.0), 1.0));
}

#endif
