/* Where a camera that does not roll sees things, see `motion/draw/camera.py`. Pixels have their
   origin at the upper left; their middles lie at halves. */

#ifndef BHAVA_PICTURES_H
#define BHAVA_PICTURES_H

#include "geometry.h"

typedef struct {
  Vector eye, right, up, back;
  double focal_length; /* in pixels */
} View;

/* See `motion.draw.capsules.in_c`; colours are levels. */
typedef struct {
  Vector ends[2];
  double radii[2], colour[3];
} Capsule;

/* A line with round ends in a picture. */
typedef struct {
  double x[2], y[2], radius;
} Stroke;

/* Pixels from the first to before the last. */
typedef struct {
  int first, last;
} Span;

/* The pixels between two spans, and theirs; an empty one counts for nothing. */
static inline Span both(Span a, Span b) {
  if (a.first >= a.last) return b;
  if (b.first >= b.last) return a;
  return (Span){a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last};
}

static inline double half_of(ptrdiff_t size) { return 0.5 * (double)size; }

static inline float larger(float a, float b) { return a > b ? a : b; }

static inline float smaller(float a, float b) { return a < b ? a : b; }

/* A direction through a row of pixels, above or below its middle. */
static inline Vector through_row(const View* view, ptrdiff_t size, int row) {
  return subtract(
      scale(view->up, half_of(size) - (row + 0.5)), scale(view->back, view->focal_length)
  );
}

/* Sets an end of a stroke; returns pixels per metre there. */
static inline double place_end(
    const View* view, ptrdiff_t size, Vector point, Stroke* stroke, int end
) {
  Vector from_eye = subtract(point, view->eye);
  double by = view->focal_length / fmax(-inner(from_eye, view->back), 0.05);
  stroke->x[end] = half_of(size) + inner(from_eye, view->right) * by;
  stroke->y[end] = half_of(size) - inner(from_eye, view->up) * by;
  return by;
}

/* The pixels between two places, of those from `from` to before `to`. */
static inline Span between_places(double low, double high, int from, int to) {
  double first = fmax(ceil(low - 0.5), from), last = fmin(floor(high - 0.5) + 1.0, to);
  return first < last ? (Span){(int)first, (int)last} : (Span){from, from};
}

static inline Span rows_of(const Stroke* stroke, int from, int to) {
  return between_places(
      fmin(stroke->y[0], stroke->y[1]) - stroke->radius,
      fmax(stroke->y[0], stroke->y[1]) + stroke->radius, from, to
  );
}

/* The pixels of a row that a stroke covers. */
static inline Span columns_of(const Stroke* stroke, int row, int from, int to) {
  double y = row + 0.5, low = INFINITY, high = -INFINITY;
  double across = stroke->x[1] - stroke->x[0], down = stroke->y[1] - stroke->y[0];
  double by = stroke->radius / fmax(sqrt(across * across + down * down), 1e-9);
  for (int end = 0; end < 2; end++) {
    double above = y - stroke->y[end], square = stroke->radius * stroke->radius - above * above;
    double reach = square > 0.0 ? sqrt(square) : -INFINITY;
    low = fmin(low, stroke->x[end] - reach), high = fmax(high, stroke->x[end] + reach);
    /* And between the round ends the straight sides, one to the left and one to the right. */
    double side = end ? by : -by, part = (y - stroke->y[0] + side * across) / down;
    if (!(part >= 0.0 && part <= 1.0)) continue;
    double x = stroke->x[0] + side * down + part * across;
    low = fmin(low, x), high = fmax(high, x);
  }
  return between_places(low, high, from, to);
}

#endif
