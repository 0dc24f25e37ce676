/* The loops of `motion/rotations.py`: each function does for every element of its arrays what its
   namesake there says. */

#include "geometry.h"

void multiply(ptrdiff_t count, const Quaternion* a, const Quaternion* b, Quaternion* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = product(a[i], b[i]);
}

void rotate(ptrdiff_t count, const Quaternion* q, const Vector* v, Vector* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = rotated(q[i], v[i]);
}

void cross(ptrdiff_t count, const Vector* a, const Vector* b, Vector* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = cross_product(a[i], b[i]);
}

void normalise(ptrdiff_t count, ptrdiff_t width, const double* v, double* out) {
  for (ptrdiff_t i = 0; i < count; i++, v += width, out += width) {
    double square = v[0] * v[0];
    for (ptrdiff_t j = 1; j < width; j++) square += v[j] * v[j];
    double by = fmax(sqrt(square), 1e-9);
    for (ptrdiff_t j = 0; j < width; j++) out[j] = v[j] / by;
  }
}

/* Returns whether a quaternion is zero. */
int to_matrix(ptrdiff_t count, const Quaternion* q, Matrix* out) {
  int zero = 0;
  for (ptrdiff_t i = 0; i < count; i++) out[i] = matrix_of(q[i]), zero |= is_zero(q[i]);
  return zero;
}

void from_matrix(ptrdiff_t count, const Matrix* m, Quaternion* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = quaternion_of(&m[i]);
}

void frame(ptrdiff_t count, const Vector* x, const Vector* y, Matrix* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = frame_of(x[i], y[i]);
}

void from_6d(ptrdiff_t count, const Vector* columns, Quaternion* out) {
  for (ptrdiff_t i = 0; i < count; i++) {
    Matrix m = frame_of(columns[2 * i], columns[2 * i + 1]);
    out[i] = quaternion_of(&m);
  }
}

void from_rotvec(ptrdiff_t count, const Vector* v, Quaternion* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = rotation_of(v[i]);
}

void to_rotvec(ptrdiff_t count, const Quaternion* q, Vector* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = rotation_vector_of(q[i]);
}

void swing(ptrdiff_t count, const Vector* a, const Vector* b, Quaternion* out) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = swing_between(a[i], b[i]);
}

void slerp(
    ptrdiff_t count, const Quaternion* a, const Quaternion* b, const double* share, Quaternion* out
) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = between(a[i], b[i], share[i]);
}
