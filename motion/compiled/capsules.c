/* Capsules cast into a picture, see `motion/draw/capsules.py`. */

#include "pictures.h"

typedef struct {
  float x, y, z;
} Direction;

/* The rays through a row of pixels: that through its middle, and how they change per pixel. */
typedef struct {
  Direction middle, step, light;
  float half, focal_length;
} Row;

/* A point of a capsule for each pixel of a row: how much of the pixel it covers, how far away it
   is, how bright, and the level of the highlight on it. */
typedef struct {
  float *coverage, *distance, *brightness, *gloss;
} Points;

enum { POINTS = sizeof(Points) / sizeof(float*) };

/* A capsule as rays meet it: its axis, and the way from its start to the camera. */
typedef struct {
  Direction axis, to_eye;
  float squared, offset, away, radius, growth, colour[3];
  Stroke outline;
} Shape;

/* What of a ray reaches along a shape's axis, and towards the camera, as it changes per pixel. */
typedef struct {
  float along, along_step, towards, towards_step;
} Reach;

static Direction direction_of(Vector v) { return (Direction){(float)v.x, (float)v.y, (float)v.z}; }

static inline float part_of(Direction a, Direction b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

static Shape shape_of(const View* view, ptrdiff_t size, const Capsule* capsule) {
  Vector axis = subtract(capsule->ends[1], capsule->ends[0]);
  Vector to_eye = subtract(view->eye, capsule->ends[0]);
  Shape shape = {
      .axis = direction_of(axis),
      .to_eye = direction_of(to_eye),
      .squared = (float)fmax(inner(axis, axis), 1e-12),
      .offset = (float)inner(to_eye, axis),
      .away = (float)inner(to_eye, to_eye),
      .radius = (float)capsule->radii[0],
      .growth = (float)(capsule->radii[1] - capsule->radii[0]),
  };
  for (int i = 0; i < 3; i++) shape.colour[i] = (float)capsule->colour[i];
  double near = 0.0;
  for (int end = 0; end < 2; end++)
    near = fmax(near, place_end(view, size, capsule->ends[end], &shape.outline, end));
  /* A ball in a corner of the picture looks a tenth longer than in the middle. */
  shape.outline.radius = 1.1 * fmax(capsule->radii[0], capsule->radii[1]) * near + 1.5;
  return shape;
}

static Reach reach_of(const Shape* shape, const Row* row) {
  return (Reach){part_of(shape->axis, row->middle), part_of(shape->axis, row->step),
                 part_of(shape->to_eye, row->middle), part_of(shape->to_eye, row->step)};
}

/* The inverse lengths of rays. */
static void measure(const Row* row, Span columns, float* restrict by) {
  float squared = part_of(row->middle, row->middle);
  for (int i = columns.first; i < columns.last; i++) {
    float across = (float)i - row->half;
    by[i] = 1.0f / sqrtf(squared + across * across);
  }
}

/* Where along its axis a shape is nearest to a ray. */
static inline float nearest(const Shape* shape, float along, float towards) {
  float part = shape->offset - along * towards;
  part /= larger(shape->squared - along * along, 1e-9f);
  return smaller(larger(part, 0.0f), 1.0f);
}

/* Meets a capsule: the point of a ray nearest to the axis tells the place along it, and so the
   radius; the surface lies before that point by what Pythagoras leaves. The depth of a row becomes
   that of the nearest points that fill their pixels. */
static void meet(
    const Shape* target, const Row* row, Span columns, const float* restrict by,
    float* restrict coverage, float* restrict distance, float* restrict depth
) {
  Shape shape = *target;
  Reach of = reach_of(target, row);
  float half = row->half, focal_length = row->focal_length;
  for (int i = columns.first; i < columns.last; i++) {
    float across = (float)i - half;
    float along = (of.along + across * of.along_step) * by[i];
    float towards = (of.towards + across * of.towards_step) * by[i];
    float part = nearest(&shape, along, towards), reached = part * along - towards;
    float away = part * (part * shape.squared - 2.0f * shape.offset) + shape.away;
    away -= reached * reached;
    float radius = shape.radius + part * shape.growth;
    float before = reached - sqrtf(larger(radius * radius - away, 0.0f));
    float covered = (radius - sqrtf(larger(away, 0.0f))) / reached * focal_length + 0.5f;
    coverage[i] = covered, distance[i] = before;
    depth[i] = smaller(covered >= 1.0f ? before : INFINITY, depth[i]);
  }
}

/* Lights a surface: by the sky, by the sun, with a soft highlight and a dark rim. */
static void shade(
    const Shape* target, const Row* row, Span columns, const float* restrict by,
    const float* restrict distance, float* restrict brightness, float* restrict gloss
) {
  Shape shape = *target;
  Reach of = reach_of(target, row);
  Direction middle = row->middle, step = row->step, light = row->light;
  float half = row->half;
  for (int i = columns.first; i < columns.last; i++) {
    float across = (float)i - half;
    float ray_x = (middle.x + across * step.x) * by[i];
    float ray_y = (middle.y + across * step.y) * by[i];
    float ray_z = (middle.z + across * step.z) * by[i];
    float along = (of.along + across * of.along_step) * by[i];
    float towards = (of.towards + across * of.towards_step) * by[i];
    float part = nearest(&shape, along, towards);
    float x = distance[i] * ray_x + shape.to_eye.x - part * shape.axis.x;
    float y = distance[i] * ray_y + shape.to_eye.y - part * shape.axis.y;
    float z = distance[i] * ray_z + shape.to_eye.z - part * shape.axis.z;
    float unit_by = 1.0f / larger(sqrtf(x * x + y * y + z * z), 1e-9f);
    x *= unit_by, y *= unit_by, z *= unit_by;
    float to_light = light.x * x + light.y * y + light.z * z;
    float to_ray = x * ray_x + y * ray_y + z * ray_z;
    float rim = smaller(larger(-2.2f * to_ray, 0.0f), 1.0f);
    brightness[i] = 0.42f + 0.18f * y + 0.62f * larger(to_light, 0.0f);
    brightness[i] *= 0.7f + 0.3f * rim;
    /* Of the normal that mirrors the light into the camera. The length of the way between two
       directions follows from their cosine. */
    float cosine = light.x * ray_x + light.y * ray_y + light.z * ray_z;
    float between_both = larger(sqrtf(larger(2.0f - 2.0f * cosine, 0.0f)), 1e-3f);
    float mirrored = larger(to_light - to_ray, 0.0f) / between_both;
    mirrored *= mirrored * mirrored, mirrored *= mirrored, mirrored *= mirrored;
    gloss[i] = 0.16f * 255.0f * mirrored * mirrored;
  }
}

static int seen(Points points, const float* depth, int i) {
  return points.coverage[i] > 0.0f && points.distance[i] <= depth[i];
}

/* Those from the first to the last that nothing hides. */
static Span seen_of(Points points, Span columns, const float* depth) {
  while (columns.first < columns.last && !seen(points, depth, columns.first)) columns.first++;
  while (columns.first < columns.last && !seen(points, depth, columns.last - 1)) columns.last--;
  return columns;
}

/* Lays points over a row of the picture: those that fill their pixels, or those on edges. */
static void lay(
    ptrdiff_t size, Points points, Span columns, int edges, const float colour[3],
    const float* depth, uint8_t* levels
) {
  for (int i = columns.first; i < columns.last; i++) {
    float share = points.coverage[i];
    if (edges != (share < 1.0f) || !seen(points, depth, i)) continue;
    for (int plane = 0; plane < 3; plane++) {
      uint8_t* level = levels + plane * size * size + i;
      float own = smaller(colour[plane] * points.brightness[i] + points.gloss[i], 255.0f);
      float behind = edges ? (float)*level : own;
      *level = (uint8_t)(int)(behind + share * (own - behind));
    }
  }
}

/* Draws capsules, the farthest first, into planes of red, green and blue. `room` is for two rows of
   the picture, and `POINTS` for each capsule. */
void draw_capsules(
    ptrdiff_t size, const View* view, const Vector* sun, ptrdiff_t count, const Capsule* capsules,
    float* room, uint8_t* planes
) {
  float *by = room, *depth = room + size;
  Shape shapes[count + 1]; /* one more, for C allows no array without an element */
  Points points[count + 1];
  Span columns[count + 1], rows = {0, 0};
  for (ptrdiff_t i = 0; i < count; i++) {
    float* own = room + (2 + POINTS * i) * size;
    points[i] = (Points){own, own + size, own + 2 * size, own + 3 * size};
    shapes[i] = shape_of(view, size, &capsules[i]);
    rows = both(rows, rows_of(&shapes[i].outline, 0, (int)size));
  }
  Row row = {
      .step = direction_of(view->right),
      .light = direction_of(*sun),
      .half = (float)(half_of(size) - 0.5),
      .focal_length = (float)view->focal_length,
  };
  for (int at = rows.first; at < rows.last; at++) {
    Span all = {0, 0};
    for (ptrdiff_t i = 0; i < count; i++) {
      columns[i] = columns_of(&shapes[i].outline, at, 0, (int)size);
      all = both(all, columns[i]);
    }
    row.middle = direction_of(through_row(view, size, at));
    measure(&row, all, by);
    for (int i = all.first; i < all.last; i++) depth[i] = INFINITY;
    for (ptrdiff_t i = 0; i < count; i++)
      meet(&shapes[i], &row, columns[i], by, points[i].coverage, points[i].distance, depth);
    uint8_t* levels = planes + at * size;
    for (ptrdiff_t i = 0; i < count; i++) {
      Points own = points[i];
      columns[i] = seen_of(own, columns[i], depth);
      shade(&shapes[i], &row, columns[i], by, own.distance, own.brightness, own.gloss);
      lay(size, own, columns[i], 0, shapes[i].colour, depth, levels);
    }
    /* Edges last, over what lies behind. */
    for (ptrdiff_t i = 0; i < count; i++)
      lay(size, points[i], columns[i], 1, shapes[i].colour, depth, levels);
  }
}
