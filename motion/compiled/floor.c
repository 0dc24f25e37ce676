/* The floor of a picture, see `motion/draw/floor.py`. */

#include <string.h>

#include "pictures.h"

/* The constants of `motion/draw/floor.py`; colours are levels. */
typedef struct {
  double background[3], colour[3];
  double fade, farthest, line, thinnest, darkness;
} Floor;

typedef struct {
  Span rows, columns;
} Box;

static Stroke shadow_of(
    const View* view, ptrdiff_t size, const Vector* light, const Capsule* capsule
) {
  Stroke stroke;
  double widest = fmax(capsule->radii[0], capsule->radii[1]);
  for (int end = 1; end >= 0; end--) {
    Vector point = capsule->ends[end];
    Vector below = subtract(point, scale(*light, point.y / light->y));
    stroke.radius = 0.75 * widest * place_end(view, size, below, &stroke, end);
  }
  return stroke;
}

/* The box about all strokes, of that up to `margin` beyond the picture. */
static Box box_about(ptrdiff_t count, const Stroke* strokes, int size, int margin) {
  Box box = {{0, 0}, {0, 0}};
  for (ptrdiff_t i = 0; i < count; i++) {
    const Stroke* s = &strokes[i];
    Stroke lying = {{s->y[0], s->y[1]}, {s->x[0], s->x[1]}, s->radius};
    box.rows = both(box.rows, rows_of(s, -margin, size + margin));
    box.columns = both(box.columns, rows_of(&lying, -margin, size + margin));
  }
  return box;
}

static Span grown(Span span, int by, int size) {
  int first = span.first - by, last = span.last + by;
  return (Span){first > 0 ? first : 0, last < size ? last : size};
}

/* Blurs a row of the shadow across. */
static void blur_row(
    ptrdiff_t count, const Stroke* strokes, int row, Span columns, int reach, const float* bell,
    float* restrict blurred
) {
  int left = columns.first - reach, width = columns.last - columns.first, any = 0;
  float dark[width + 2 * reach];
  memset(dark, 0, sizeof dark), memset(blurred, 0, (size_t)width * sizeof(float));
  for (ptrdiff_t i = 0; i < count; i++) {
    Span span = columns_of(&strokes[i], row, left, columns.last + reach);
    for (int x = span.first; x < span.last; x++) dark[x - left] = 1.0f;
    any |= span.first < span.last;
  }
  for (int tap = 0; any && tap <= 2 * reach; tap++)
    for (int x = 0; x < width; x++) blurred[x] += bell[tap] * dark[x + tap];
}

/* Where a place lies between two lines of the grid, in their distance. Whole distances make no
   difference, and cost digits; so many are added that no place of a row lies below zero, where C
   would cut off the other way. */
static float in_grid(double metres) { return (float)(2.0 * metres - floor(2.0 * metres)) + 256.0f; }

/* How much of the floor each pixel of a row shows, and how bright it is: `light` is what the shadow
   leaves, and becomes the product. `way` is how many times its ray the floor is away. */
static void look_down(
    int size, const View* view, const Floor* ground, const Vector* target, Vector ray, double way,
    float* restrict shown, float* restrict light
) {
  Vector middle = subtract(add(view->eye, scale(ray, way)), *target);
  Vector step = scale(view->right, way);
  float half = (float)half_of(size), square = (float)inner(ray, ray);
  float middle_x = (float)middle.x, middle_z = (float)middle.z;
  float step_x = (float)step.x, step_z = (float)step.z;
  float grid_x = in_grid(target->x), grid_z = in_grid(target->z);
  float of_ray = (float)(way / view->focal_length), thinnest = (float)ground->thinnest;
  float fade = (float)(1.0 / (256.0 * ground->fade * ground->fade)), line = (float)ground->line;
  for (int i = 0; i < size; i++) {
    float across = (float)i + 0.5f - half;
    float x = middle_x + across * step_x, z = middle_z + across * step_z;
    float on_x = grid_x + 2.0f * x, on_z = grid_z + 2.0f * z;
    float off_x = fabsf(on_x - (float)(int)(on_x + 0.5f));
    float off_z = fabsf(on_z - (float)(int)(on_z + 0.5f));
    float pixel = larger(of_ray * sqrtf(square + across * across), thinnest);
    float share = smaller(larger(1.5f - 0.5f * smaller(off_x, off_z) / pixel, 0.0f), 1.0f);
    /* The exponential function as its limit, by squares: levels are the same. */
    float near = larger(1.0f - fade * (x * x + z * z), 0.0f);
    near *= near, near *= near, near *= near, near *= near;
    near *= near, near *= near, near *= near, near *= near;
    shown[i] = near, light[i] *= near * (1.0f + line * share);
  }
}

/* Takes from the light of a row its shadow: the rows about it weighed, of those that have any. */
static void darken(
    ptrdiff_t size, int row, Span rows, Span columns, int reach, const float* bell,
    const float* blurred, float* restrict light
) {
  Span near = {
      row - reach > rows.first ? row - reach : rows.first,
      row + reach + 1 < rows.last ? row + reach + 1 : rows.last
  };
  for (int other = near.first; other < near.last; other++) {
    const float* restrict from = blurred + other * size;
    float weight = bell[other - row + reach];
    for (int x = columns.first; x < columns.last; x++) light[x] -= weight * from[x - columns.first];
  }
}

/* Draws the floor with the shadow of capsules. `bell` are the weights of the shadow's blur, as far
   as `reach` pixels away; `room` is for the rows of the picture, and `reach` more on either side.
   The planes of the picture are red, green and blue. */
void draw_floor(
    ptrdiff_t size, const View* view, const Floor* ground, const Vector* target, const Vector* sun,
    ptrdiff_t count, const Capsule* capsules, ptrdiff_t reach, const double* bell, float* room,
    uint8_t* planes
) {
  int wide = (int)size, margin = (int)reach;
  float across[2 * reach + 1], down[2 * reach + 1], light[size], shown[size];
  for (ptrdiff_t i = 0; i <= 2 * reach; i++) {
    across[i] = (float)bell[i], down[i] = (float)(ground->darkness * bell[i]);
  }
  Stroke strokes[count + 1]; /* one more, for C allows no array without an element */
  for (ptrdiff_t i = 0; i < count; i++) strokes[i] = shadow_of(view, size, sun, &capsules[i]);
  Box dark = box_about(count, strokes, wide, margin);
  Span dim = grown(dark.columns, margin, wide);
  float* blurred = room + reach * size;
  for (int row = dark.rows.first; dim.first < dim.last && row < dark.rows.last; row++)
    blur_row(count, strokes, row, dim, margin, across, blurred + row * size);
  for (int row = 0; row < wide; row++, planes += size) {
    Vector ray = through_row(view, size, row);
    double way = -view->eye.y / ray.y;
    Vector away = subtract(add(view->eye, scale(ray, way)), *target);
    int seen = way > 0.0 && hypot(away.x, away.z) < ground->farthest;
    if (seen) {
      for (int i = 0; i < wide; i++) light[i] = 1.0f;
      darken(size, row, dark.rows, dim, margin, down, blurred, light);
      look_down(wide, view, ground, target, ray, way, shown, light);
    }
    for (int colour = 0; colour < 3; colour++) {
      uint8_t* restrict levels = planes + colour * size * size;
      float background = (float)ground->background[colour], lit = (float)ground->colour[colour];
      if (!seen) memset(levels, (int)background, (size_t)size);
      for (int i = 0; seen && i < wide; i++)
        levels[i] = (uint8_t)(int)(background * (1.0f - shown[i]) + lit * light[i]);
    }
  }
}
